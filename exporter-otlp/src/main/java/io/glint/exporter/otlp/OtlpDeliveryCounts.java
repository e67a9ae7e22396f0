package io.glint.exporter.otlp;

import java.util.Objects;

/**
 * What has become of requests and points so far, each request counted once with all its attempts.
 *
 * @param deliveredRequests that the server took, also if it rejected points in them
 * @param failedRequests that were not delivered, for want of a connection or as the server was busy
 * @param refusedRequests that the server answered it will not take, such as with HTTP status 400
 * @param unansweredRequests that were sent and may have arrived or not: there was no answer in
 *     time, or that of a gateway
 * @param rejectedPoints that the server did not take of requests it took otherwise
 * @param lostDeltaPoints delta points that were given up. Of unanswered requests, they may have
 *     arrived. Rejected points are not among them, as the server does not say which these are.
 * @param foldedPoints that were kept without their attributes, as too many series were waiting
 * @param waitingPoints that are kept now for a later request
 */
public record OtlpDeliveryCounts(
    long deliveredRequests,
    long failedRequests,
    long refusedRequests,
    long unansweredRequests,
    long rejectedPoints,
    long lostDeltaPoints,
    long foldedPoints,
    int waitingPoints) {

  // Written out: the derived methods of a record keep its class loader alive.

  @Override
  public boolean equals(Object object) {
    return object instanceof OtlpDeliveryCounts other
        && deliveredRequests == other.deliveredRequests
        && failedRequests == other.failedRequests
        && refusedRequests == other.refusedRequests
        && unansweredRequests == other.unansweredRequests
        && rejectedPoints == other.rejectedPoints
        && lostDeltaPoints == other.lostDeltaPoints
        && foldedPoints == other.foldedPoints
        && waitingPoints == other.waitingPoints;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        deliveredRequests,
        failedRequests,
        refusedRequests,
        unansweredRequests,
        rejectedPoints,
        lostDeltaPoints,
        foldedPoints,
        waitingPoints);
  }
}
