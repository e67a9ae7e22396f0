/** JSON, for pages and for Zipkin. */
package io.glint.examples.webstore.json;
