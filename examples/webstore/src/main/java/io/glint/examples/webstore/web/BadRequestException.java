package io.glint.examples.webstore.web;

/** A request the shop cannot make sense of; the message goes to the client. */
final class BadRequestException extends Exception {

  private static final long serialVersionUID = 1L;

  BadRequestException(String message) {
    super(message);
  }
}
