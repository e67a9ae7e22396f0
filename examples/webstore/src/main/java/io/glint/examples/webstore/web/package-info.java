/** Everything that is answered over HTTP. The pages themselves are resource files beside it. */
package io.glint.examples.webstore.web;
