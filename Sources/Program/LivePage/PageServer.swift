internal import CMicroHTTPD
internal import Glibc

/// libmicrohttpd's server around a handler: one thread of its own, on which all answers are made and sent. A client's
/// stream that has nothing to send is suspended, and costs nothing until it is woken.
@safe final class PageServer: @unchecked Sendable {
  private let handler: PageHandler
  private let listening: Int32
  private var daemon: OpaquePointer?

  /// Bytes of each connection, of which a stream's chunk is the larger part.
  private static let memory = 96 << 10

  /// Begins to serve.
  ///
  /// - Parameters:
  ///   - listening: A socket that listens. The server closes it.
  ///   - connections: How many there may be at once; those who come then wait.
  ///   - patience: How long a client may read nothing of what it is sent, or send nothing.
  /// - Returns: Nil where the system lets it start no thread.
  init?(_ handler: PageHandler, listening: Int32, connections: Int, patience: Duration) {
    (self.handler, self.listening) = (handler, listening)
    let seconds = patience.components.seconds + (patience.components.attoseconds > 0 ? 1 : 0)
    unsafe daemon = unsafe slowfast_http_start(
      listening, UInt32(clamping: connections), UInt32(clamping: max(seconds, 1)), Self.memory,
      { context, connection, path, method, version, _, uploaded, mark in
        guard let context = unsafe context, let connection = unsafe connection, let path = unsafe path,
          let method = unsafe method, let version = unsafe version, let uploaded = unsafe uploaded,
          let mark = unsafe mark
        else { return MHD_Result.NO }
        let verb = unsafe String(cString: method)
        if verb == "GET" || verb == "HEAD" {
          // Called first when the headers are there, then for each part of a body, which is passed over. An answer to the
          // first call would end the connection.
          let isFirst = unsafe mark.pointee == nil
          let hasBody = unsafe uploaded.pointee > 0
          unsafe mark.pointee = context
          unsafe uploaded.pointee = 0
          if isFirst || hasBody { return .YES }
        }
        let server = unsafe Unmanaged<PageServer>.fromOpaque(context).takeUnretainedValue()
        let host = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Host")
        let response = unsafe server.handler.response(
          verb, String(cString: path), host: host.map { unsafe String(cString: $0) }, version: String(cString: version))
        return unsafe send(response, connection)
      }, Unmanaged.passUnretained(self).toOpaque())
    if unsafe daemon == nil { return nil }
  }

  deinit { stop() }

  /// Ends all connections. Streams must have been told to end before: none may be suspended.
  func stop() {
    guard let daemon = unsafe daemon else { return }
    // A child of the program that has not begun its own program yet has the socket too, and would keep it listening.
    shutdown(listening, Int32(SHUT_RDWR))
    unsafe MHD_stop_daemon(daemon)
    unsafe self.daemon = nil
  }
}

/// A client's connection, to be resumed from any thread.
@safe private struct SuspendedConnection: @unchecked Sendable {
  let connection: OpaquePointer

  func resume() { unsafe MHD_resume_connection(connection) }
}

/// A stream and the connection that it is sent on.
private final class SentStream {
  let stream: LiveStream
  let connection: SuspendedConnection

  init(_ stream: LiveStream, _ connection: SuspendedConnection) {
    (self.stream, self.connection) = (stream, connection)
  }
}

/// Queues an answer; on the server's thread.
private func send(_ response: PageResponse, _ connection: OpaquePointer) -> MHD_Result {
  guard let queued = unsafe made(response.body, connection) else { return MHD_Result.NO }
  defer { unsafe MHD_destroy_response(queued) }
  for (name, value) in response.headers {
    guard unsafe MHD_add_response_header(queued, name, value) == .YES else { return MHD_Result.NO }
  }
  return unsafe MHD_queue_response(connection, UInt32(response.status), queued)
}

private func made(_ body: PageResponse.Body, _ connection: OpaquePointer) -> OpaquePointer? {
  switch body {
  case .bytes(var bytes):
    return unsafe bytes.withUnsafeMutableBytes {
      unsafe MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
    }
  case .none:
    let response = unsafe MHD_create_response_from_callback(UInt64.max, 1, { _, _, _, _ in endOfStream }, nil, nil)
    // Without chunks, of which even an empty body has one.
    if let response = unsafe response { unsafe slowfast_http_without_chunks(response) }
    return unsafe response
  case .stream(let stream):
    let sent = unsafe SentStream(stream, SuspendedConnection(connection: connection))
    return unsafe MHD_create_response_from_callback(
      UInt64.max, 64 << 10,
      { context, _, buffer, count in
        guard let context = unsafe context, let buffer = unsafe buffer else { return endOfStream }
        let sent = unsafe Unmanaged<SentStream>.fromOpaque(context).takeUnretainedValue()
        return unsafe next(sent, UnsafeMutableRawBufferPointer(start: buffer, count: count))
      }, Unmanaged.passRetained(sent).toOpaque(),
      { context in
        if let context = unsafe context { unsafe Unmanaged<SentStream>.fromOpaque(context).release() }
      })
  }
}

/// What a reader of content returns where nothing more comes.
private let endOfStream = -1

/// Writes a stream's next bytes; 0 and suspended where there are none now.
private func next(_ sent: SentStream, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  switch sent.stream.next(buffer.count) {
  case .bytes(let bytes):
    unsafe buffer.copyBytes(from: bytes)
    return bytes.count
  case .end: return endOfStream
  case .none:
    let connection = sent.connection
    // First suspended, then woken: a signal that came in between resumes it at once.
    unsafe MHD_suspend_connection(connection.connection)
    sent.stream.subscription.wait { connection.resume() }
    return 0
  }
}
