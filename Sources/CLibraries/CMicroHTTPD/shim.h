// What Swift sees of GNU libmicrohttpd (Debian: libmicrohttpd-dev).
#pragma once
#include <microhttpd.h>

/// Starts a server with a thread of its own on a socket that listens. Swift calls no function of variable arguments.
///
/// - Parameters: Connections at once; seconds after which one that does nothing is closed; bytes of memory of each.
/// - Returns: NULL where it could not be started.
static inline struct MHD_Daemon *slowfast_http_start(
    int socket, unsigned int connections, unsigned int timeout, size_t memory, MHD_AccessHandlerCallback handler,
    void *context) {
  return MHD_start_daemon(
      MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handler, context,
      MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, timeout,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_END);
}

/// Has a body of unknown length end with its connection, as in HTTP/1.0.
static inline void slowfast_http_without_chunks(struct MHD_Response *response) {
  MHD_set_response_options(response, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
}
