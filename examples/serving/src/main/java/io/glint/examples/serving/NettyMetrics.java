package io.glint.examples.serving;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * For Netty, behind an {@code HttpServerCodec} and an {@code HttpObjectAggregator}. A scrape blocks
 * while it collects, so it does not belong on an event loop:
 *
 * <pre>{@code
 * pipeline.addLast(
 *     new HttpServerCodec(), new HttpObjectAggregator(4096), new NettyMetrics(reader, executor));
 * }</pre>
 */
public final class NettyMetrics extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final OpenMetricsReader reader;
  private final Executor executor;

  /**
   * Answers with what a reader collects.
   *
   * @param executor runs scrapes, and may block
   */
  public NettyMetrics(OpenMetricsReader reader, Executor executor) {
    this.reader = reader;
    this.executor = executor;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    final FullHttpRequest kept = request.retain();
    executor.execute(
        () -> {
          try {
            answer(context, kept);
          } catch (IOException | RuntimeException e) {
            final ChannelFuture unused = context.close();
          } finally {
            kept.release();
          }
        });
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest request) throws IOException {
    final String uri = request.uri();
    final int question = uri.indexOf('?');
    final String path = question < 0 ? uri : uri.substring(0, question);
    if (!path.equals("/metrics")) {
      send(
          context, new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND));
      return;
    }
    try (OpenMetricsResponse scrape =
        reader.scrape(
            request.method().name(),
            question < 0 ? null : uri.substring(question + 1),
            request.headers()::getAll)) {
      final ByteBuf body = context.alloc().buffer((int) scrape.contentLength());
      final DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(scrape.status()), body);
      scrape.headers().forEach(response.headers()::set);
      try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
        scrape.writeTo(out);
      }
      send(context, response);
    }
  }

  /** Keeps no connection, so that nobody has to end idle ones. */
  private static void send(ChannelHandlerContext context, DefaultFullHttpResponse response) {
    response.headers().set("Connection", "close");
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
