/**
 * An application of Spring Boot with Glint's starter. The same code is run with Spring Boot 3 and
 * 4: the two modules differ in their POM only.
 */
package io.glint.examples.spring;
