/// What TensorBoard's files consist of: events, each a record with its checksums.
///
/// Facts: tensorboard/compat/proto/event.proto, summary.proto and histogram.proto; the record of TFRecord files.
struct Event {
  enum Content {
    /// What the first event of a file says.
    case version
    /// Forgets what there is of this step and of later ones.
    case start
    case values([(tag: String, value: SummaryValue)])
  }

  enum SummaryValue {
    case scalar(Float)
    case image(PNGImage)
    case histogram(HistogramSummary)
  }

  /// Seconds since 1970.
  let time: Double
  let step: Int
  let content: Content

  /// Length, its checksum, the message, its checksum.
  var record: [UInt8] {
    let content = message.bytes
    let length = littleEndian(UInt64(content.count))
    return length + littleEndian(maskedCRC32C(length)) + content + littleEndian(maskedCRC32C(content))
  }

  private var message: ProtobufMessage {
    var event = ProtobufMessage()
    event.double(1, time)
    if step != 0 { event.integer(2, step) }
    switch content {
    case .version: event.text(3, "brain.Event:2")
    case .start:
      var session = ProtobufMessage()
      session.integer(1, 1)
      event.message(7, session)
    case .values(let values):
      var summary = ProtobufMessage()
      for (tag, value) in values {
        var entry = ProtobufMessage()
        entry.text(1, tag)
        switch value {
        case .scalar(let value): entry.float(2, value)
        case .image(let image): entry.message(4, image.message)
        case .histogram(let histogram): entry.message(5, histogram.message)
        }
        summary.message(1, entry)
      }
      event.message(5, summary)
    }
    return event
  }
}

/// A picture as PNG.
public struct PNGImage: Sendable {
  public let bytes: [UInt8]
  let width: Int
  let height: Int

  /// - Parameter bytes: A whole PNG in RGB.
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count > 24 && bytes.prefix(4) == [0x89, 0x50, 0x4e, 0x47], "a picture is a PNG")
    self.bytes = bytes
    func size(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    (width, height) = (size(at: 16), size(at: 20))
  }

  fileprivate var message: ProtobufMessage {
    var image = ProtobufMessage()
    image.integer(1, height)
    image.integer(2, width)
    // RGB.
    image.integer(3, 3)
    image.bytes(4, bytes)
    return image
  }
}
