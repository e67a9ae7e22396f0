package io.glint.bench.tool;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code ./bench NAME} runs.
 *
 * @param <O> what can be asked of it
 */
public abstract class Command<O> {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int NOT_UNDERSTOOD = 2;

  /** Makes a command. */
  protected Command() {}

  /**
   * Reads what follows the name on the command line.
   *
   * @throws IllegalArgumentException if it is not understood; the message says why
   */
  protected abstract O parse(List<String> args);

  /** True if only {@link #usage} is wanted. */
  protected abstract boolean wantsHelp(O options);

  /** What {@code --help} prints. */
  protected abstract String usage();

  /**
   * Does what was asked for.
   *
   * @param args the whole command line
   * @param out for the result
   */
  protected abstract void execute(O options, String[] args, PrintStream out)
      throws IOException, InterruptedException;

  /**
   * Runs the command.
   *
   * @param args with its name as the first
   * @return the exit status
   */
  public final int run(String[] args) throws IOException {
    final O options;
    try {
      options = parse(Arrays.asList(args).subList(1, args.length));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + usage());
      return NOT_UNDERSTOOD;
    }
    if (wantsHelp(options)) {
      System.out.print(usage());
      return DONE;
    }
    try {
      execute(options, args, output());
      return DONE;
    } catch (ForkFailedException e) {
      System.err.println(e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      System.err.println("Interrupted");
      return FAILED;
    }
  }

  /** Standard output as UTF-8, whatever the locale: the C locale has no plus-minus. */
  public static PrintStream output() {
    return new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  }

  /** Tells on standard error how far the command is. */
  protected static void progress(String what) {
    System.err.println(what);
  }

  /**
   * The value that follows an option.
   *
   * @throws IllegalArgumentException if there is none
   */
  protected static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.next();
  }

  /**
   * The number that follows an option.
   *
   * @throws IllegalArgumentException if there is none from 1 to {@code most}
   */
  protected static int positive(String option, Iterator<String> rest, int most) {
    final String value = value(option, rest);
    try {
      final int number = Integer.parseInt(value);
      if (number > 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        option + " needs a number from 1 to " + most + ", not " + value);
  }

  /**
   * The file that follows an option.
   *
   * @throws IllegalArgumentException if there is none
   */
  protected static Path file(String option, Iterator<String> rest) {
    final Path file = Path.of(value(option, rest));
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(option + ": no such file: " + file);
    }
    return file.toAbsolutePath();
  }
}
