package dev.clusterbox.gateway;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.time.Duration;

/**
 * Where the gateway is.
 *
 * @param tokenFile read at each request: the gateway makes it at its own first start, which may come later
 * @param timeout of one request
 * @param patience how long a request is repeated while the gateway does not answer
 * @param lostAfter how long an operation under way is asked for in vain
 * @param quiet how long an event stream may say nothing until the connection counts as dead
 */
@ConfigurationProperties("clusterbox.gateway")
record GatewaySettings(
        @Bindable(defaultValue = "http://127.0.0.1:8080") URI url,
        @Bindable(defaultValue = "") String tokenFile,
        @Bindable(defaultValue = "10s") Duration timeout,
        @Bindable(defaultValue = "20s") Duration patience,
        @Bindable(defaultValue = "15m") Duration lostAfter,
        @Bindable(defaultValue = "60s") Duration quiet) {}
