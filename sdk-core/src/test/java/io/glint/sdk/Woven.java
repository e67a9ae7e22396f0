package io.glint.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Loads Glint once more, with calls woven into its byte code: of {@link Sites} wherever it
 * allocates memory or calls code that is not its own, and of {@link Writes} wherever it writes a
 * field or an array. What is new in Glint is woven as well, without being listed here.
 *
 * <p>Test classes of this package are loaded as they are, so that they see the woven ones.
 */
final class Woven extends ClassLoader {
  private static final String GLINT = "io.glint.";
  private static final String RESERVOIRS = "io/glint/reservoir/";

  /** Shared with the test that does not run in here. */
  private static final Set<String> SHARED = Set.of(Sites.class.getName(), Writes.class.getName());

  /** Interfaces of Glint that users implement. */
  private static final Set<String> OF_USERS =
      Set.of(
          "io/glint/reservoir/ExemplarReservoir",
          "io/glint/reservoir/ExemplarReservoirFactory",
          "io/glint/sdk/exemplar/CustomExemplarFilter");

  /** What attributes, for instance, are asked for as any object is. */
  private static final Set<String> OF_ANY_OBJECT = Set.of("equals", "hashCode", "toString");

  Woven() {
    super(Woven.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(GLINT) || SHARED.contains(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      final Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    final var file = getParent().getResource(name.replace('.', '/') + ".class");
    if (file == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = file.openStream()) {
      final byte[] original = in.readAllBytes();
      final boolean isTest = file.getPath().contains("test-classes");
      final byte[] bytes = isTest ? original : weave(original);
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] weave(byte[] original) {
    final ClassReader reader = new ClassReader(original);
    final ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String method, String type, String signature, String[] exceptions) {
            final String place = reader.getClassName() + '.' + method;
            final MethodVisitor next =
                super.visitMethod(access, method, type, signature, exceptions);
            // What is being made no other thread can see. The reservoir that a collector writes to
            // is made when it meets the first exemplar, far from what recorders read.
            final boolean isWatched =
                !method.startsWith("<") && !reader.getClassName().startsWith(RESERVOIRS);
            final MethodVisitor written = isWatched ? new WriteWeaver(next) : next;
            return method.equals("<clinit>") ? written : new SiteWeaver(written, place);
          }
        },
        0);
    return writer.toByteArray();
  }

  /** Calls {@link Sites#reached} at each place where something may be thrown. */
  private static final class SiteWeaver extends MethodVisitor {
    private final String place;
    private int line;

    SiteWeaver(MethodVisitor next, String place) {
      super(Opcodes.ASM9, next);
      this.place = place;
    }

    private void reached(String what, boolean isOfUsers) {
      super.visitLdcInsn(Sites.add(place + ':' + line + ' ' + what, isOfUsers));
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC, Type.getInternalName(Sites.class), "reached", "(I)V", false);
    }

    @Override
    public void visitLineNumber(int newLine, org.objectweb.asm.Label start) {
      line = newLine;
      super.visitLineNumber(newLine, start);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
        // Behind it, as frames of the verifier know an object by the place of its NEW.
        reached("new " + type, false);
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      super.visitIntInsn(opcode, operand);
      if (opcode == Opcodes.NEWARRAY) {
        reached("new array", false);
      }
    }

    @Override
    public void visitMultiANewArrayInsn(String type, int dimensions) {
      reached("new " + type, false);
      super.visitMultiANewArrayInsn(type, dimensions);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String type, Handle bootstrap, Object... arguments) {
      reached("lambda or text " + name, false);
      super.visitInvokeDynamicInsn(name, type, bootstrap, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String type, boolean isInterface) {
      final boolean isOfUsers =
          (owner.equals("java/lang/Object") && OF_ANY_OBJECT.contains(name))
              || owner.startsWith("io/opentelemetry/")
              || owner.startsWith("java/util/function/")
              || OF_USERS.contains(owner);
      if (!name.equals("<init>")
          && (isOfUsers || !(owner.startsWith("io/glint/") || cannotFail(owner, name)))) {
        reached("call " + owner + '.' + name, isOfUsers);
      }
      super.visitMethodInsn(opcode, owner, name, type, isInterface);
    }

    /** Of the JDK what allocates nothing, and calls nothing that could. */
    private static boolean cannotFail(String owner, String name) {
      if (owner.startsWith("[")) {
        return !name.equals("clone");
      }
      return switch (owner) {
        case "java/lang/Math",
            "java/lang/System",
            "java/lang/Thread",
            "java/lang/Object",
            "java/lang/Enum",
            "java/lang/invoke/VarHandle",
            "java/lang/ref/WeakReference",
            "java/util/concurrent/atomic/AtomicLong",
            "java/util/concurrent/atomic/AtomicReference",
            "java/util/concurrent/locks/LockSupport" ->
            true;
        case "java/lang/Double", "java/lang/Long", "java/lang/Integer", "java/lang/Short" ->
            !name.equals("valueOf") && !name.equals("toString");
        case "java/util/concurrent/locks/ReentrantLock" -> name.equals("unlock");
        case "java/util/Arrays" -> name.equals("fill");
        case "java/util/EnumMap" -> name.equals("get");
        case "java/util/Iterator" -> true;
        case "java/util/Objects" -> name.equals("requireNonNull") || name.equals("checkIndex");
        case "java/util/List", "java/util/ArrayList" ->
            name.equals("get")
                || name.equals("set")
                || name.equals("size")
                || name.equals("isEmpty")
                || name.equals("remove")
                || name.equals("clear");
        default -> false;
      };
    }
  }

  /** Calls {@link Writes} at each write. */
  private static final class WriteWeaver extends MethodVisitor {
    private static final String WRITES = Type.getInternalName(Writes.class);

    WriteWeaver(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String type) {
      if (opcode == Opcodes.PUTFIELD) {
        if (type.equals("J") || type.equals("D")) {
          super.visitInsn(Opcodes.DUP2_X1);
          super.visitInsn(Opcodes.POP2);
          super.visitInsn(Opcodes.DUP_X2);
        } else {
          super.visitInsn(Opcodes.DUP2);
          super.visitInsn(Opcodes.POP);
        }
        super.visitLdcInsn(name);
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC,
            WRITES,
            "field",
            "(Ljava/lang/Object;Ljava/lang/String;)V",
            false);
      }
      super.visitFieldInsn(opcode, owner, name, type);
    }

    @Override
    public void visitInsn(int opcode) {
      switch (opcode) {
        case Opcodes.LASTORE ->
            super.visitMethodInsn(Opcodes.INVOKESTATIC, WRITES, "store", "([JIJ)V", false);
        case Opcodes.AASTORE ->
            super.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                WRITES,
                "store",
                "([Ljava/lang/Object;ILjava/lang/Object;)V",
                false);
        default -> super.visitInsn(opcode);
      }
    }
  }
}
