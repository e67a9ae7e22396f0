/**
 * Memory-model tests of the recording path, and the judge of their results, {@link
 * io.glint.jcstress.Verdict}.
 *
 * <p>Each suite is a class named after what it tests:
 *
 * <ul>
 *   <li>its sentence is the property that holds,
 *   <li>its classes {@code Actual...} are tests of Glint itself,
 *   <li>its classes {@code Broken...} are negative controls: the same with a fault built in, which
 *       must be seen, or the tests would not see such a fault in Glint either.
 * </ul>
 *
 * <p>Every test has two actors and needs two processors; with more actors jcstress would leave it
 * out where there are fewer, without a word. Where a third thread matters, the state plays it: it
 * holds a cell as a thread does that is stopped in mid-record. The script {@code jcstress/run} runs
 * them; {@code jcstress/README.md} lists what is tested.
 */
package io.glint.jcstress;
