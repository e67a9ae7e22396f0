package io.glint.jcstress;

import java.util.SortedSet;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.vm.VMSupport;

/**
 * Runs jcstress, without the biased locking of old JVMs: it is off unless a user turns it on, the
 * recording path takes no lock, and with it each test would be run twice.
 */
public final class Run {
  private Run() {}

  /** Takes the arguments of jcstress. */
  public static void main(String[] args) throws Exception {
    final Options options = new Options(args);
    if (!options.parse()) {
      System.exit(1);
    }
    new JCStress(options) {
      /** Called once the JVM configurations are known, and before they are put to use. */
      @Override
      public SortedSet<String> getTests() {
        VMSupport.getAvailableVMConfigs()
            .removeIf(config -> config.args().contains("-XX:+UseBiasedLocking"));
        return super.getTests();
      }
    }.run();
  }
}
