/**
 * {@code ./bench agent}: what Glint's extension adds to a service under the OpenTelemetry Java
 * agent. See {@link io.glint.bench.agent.AgentTool}.
 */
package io.glint.bench.agent;
