/// The body of a response that goes on: pictures as MJPEG, or states as server-sent events. It holds at most one picture
/// or state, the one that is being sent; what came meanwhile is skipped for the newest.
final class LiveStream {
  /// Divides pictures. Decoders that know no Content-Length look for it among a picture's bytes.
  static let boundary = "slowfast-picture-4e1b9c07d2"

  enum Piece {
    case bytes(ArraySlice<UInt8>)
    /// Nothing now: ask again when the subscription has a signal.
    case none
    case end
  }

  let subscription: Subscription
  /// What is left of the message that is being sent.
  private var pieces: [ArraySlice<UInt8>]
  private var lastNumber = 0

  init(_ subscription: Subscription) {
    self.subscription = subscription
    switch subscription.kind {
    case .pictures: pieces = [bytes("--\(LiveStream.boundary)\r\n")]
    // After a lost connection a browser tries again in this many milliseconds.
    case .states: pieces = [bytes("retry: 2000\n\n")]
    }
  }

  /// What the response's Content-Type says.
  static func contentType(_ kind: StreamKind) -> String {
    switch kind {
    case .pictures: "multipart/x-mixed-replace; boundary=\(boundary)"
    case .states: "text/event-stream; charset=utf-8"
    }
  }

  /// The next bytes, at most so many.
  func next(_ most: Int) -> Piece {
    while pieces.isEmpty {
      switch subscription.signal() {
      case .woken: pieces = message()
      case .none: return .none
      case .ended: return .end
      }
    }
    let part = pieces[0].prefix(most)
    pieces[0] = pieces[0].dropFirst(part.count)
    if pieces[0].isEmpty { pieces.removeFirst() }
    return .bytes(part)
  }

  private func message() -> [ArraySlice<UInt8>] {
    let newest = subscription.content.newest(subscription.kind)
    let isNew = newest.number > lastNumber
    lastNumber = newest.number
    switch subscription.kind {
    case .pictures:
      guard newest.number > 0 else { return [] }
      // Chromium shows a picture when it has read the head of the next one. Where none comes it is sent twice.
      if isNew { subscription.wakeAgain(after: newest.number) }
      let head = "Content-Type: image/jpeg\r\nContent-Length: \(newest.bytes.count)\r\n\r\n"
      return [bytes(head), newest.bytes[...], bytes("\r\n--\(LiveStream.boundary)\r\n")].filter { !$0.isEmpty }
    case .states:
      guard isNew else { return [bytes(": nothing new\n\n")] }
      // A line's end would end the event's data: each line is data of its own, and the browser joins them.
      let lines = newest.bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      return [ArraySlice(lines.flatMap { bytes("data: ") + $0 + bytes("\n") } + bytes("\n"))]
    }
  }
}

private func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }
