import Files
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing
import TrainingLog

@Suite struct ChecksumTests {
  @Test(
    "Published values",
    arguments: [
      // The check value of CRC-32C, and RFC 3720, B.4.
      (Array("123456789".utf8), 0xe306_9283), ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
      ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43), (Array(0..<32), 0x46dd_794e),
      (Array((0..<32).reversed()), 0x113f_db5c), ([], 0),
    ] as [([UInt8], UInt32)])
  func sums(bytes: [UInt8], sum: UInt32) { #expect(crc32c(bytes) == sum) }

  @Test("Turned by 15 bits, and moved") func masked() {
    // 0xe3069283 turned right by 15 is 0x2507c60d.
    #expect(maskedCRC32C(Array("123456789".utf8)) == 0x2507_c60d &+ 0xa282_ead8)
  }
}

@Suite struct EventTests {
  private let scratch = Scratch()

  /// The messages of a file's records, each with sound checksums, and how many bytes follow the last.
  private func records(_ bytes: [UInt8]) throws -> (messages: [[UInt8]], rest: Int) {
    var messages: [[UInt8]] = []
    var place = 0
    func number(_ at: Int, _ count: Int) -> UInt64 {
      bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    while bytes.count - place >= 12 {
      let length = Int(number(place, 8))
      guard bytes.count - place >= length + 16 else { break }
      #expect(UInt32(number(place + 8, 4)) == maskedCRC32C(bytes[place..<place + 8]))
      let message = Array(bytes[place + 12..<place + 12 + length])
      #expect(UInt32(number(place + 12 + length, 4)) == maskedCRC32C(message))
      messages.append(message)
      place += length + 16
    }
    return (messages, bytes.count - place)
  }

  private func writer(_ startStep: Int = 0, at time: Double = 1.5) throws -> EventWriter {
    try EventWriter(folder: scratch.path + "/runs", startStep: startStep, now: { time })
  }

  private func messages(_ writer: EventWriter) throws -> [[UInt8]] {
    try records(try readFile(writer.path, doing: "testing")).messages
  }

  /// 1.5 in the first field.
  private let time: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]

  @Test("The first record, byte by byte, and that of the start") func firstRecord() throws {
    let bytes = try readFile(try writer().path, doing: "testing")
    let message = time + [0x1a, 13] + Array("brain.Event:2".utf8)
    #expect(message.count == 24)
    #expect(bytes.prefix(8) == [24, 0, 0, 0, 0, 0, 0, 0] && Array(bytes[12..<36]) == message && bytes.count == 40 + 29)
    // As tensorboard.summary.writer.record_writer of TensorBoard 2.21 sums the same bytes.
    #expect(bytes[8..<12] == [0xa3, 0x7f, 0x4b, 0x22] && bytes[36..<40] == [0x2a, 0x28, 0x64, 0x6c])
    #expect(Array(bytes[52..<65]) == time + [0x3a, 2, 8, 1])
  }

  @Test("Numbers in the wire format, those that are nil left out") func scalars() throws {
    let writer = try writer()
    try writer.scalars([("a", 0.5), ("gone", nil), ("b", -2)], step: 300)
    try writer.scalars([("gone", nil)], step: 301)
    let found = try messages(writer)
    #expect(found.count == 3)
    #expect(
      found.last
        == time + [
          // Step 300 in two groups of seven bits; then the summary, two values of eight bytes each.
          0x10, 0xac, 0x02, 0x2a, 20, 0x0a, 8, 0x0a, 1, 0x61, 0x15, 0, 0, 0, 0x3f, 0x0a, 8, 0x0a, 1, 0x62, 0x15, 0, 0,
          0,
          0xc0,
        ])
  }

  @Test("A picture with its size") func image() throws {
    let png = try encodePNG(
      Image(size: ImageSize(width: 3, height: 2), order: .rgb, pixels: [UInt8](repeating: 7, count: 18)))
    let writer = try writer()
    try writer.image("p", PNGImage(png), step: 0)
    let message = try #require(try messages(writer).last)
    // Height 2, width 3, RGB; lengths below 128 are one byte.
    let image: [UInt8] = [0x08, 2, 0x10, 3, 0x18, 3, 0x22, UInt8(png.count)] + png
    let value: [UInt8] = [0x0a, 1, 0x70, 0x22, UInt8(image.count)] + image
    #expect(png.count < 100 && message == time + [0x2a, UInt8(value.count + 2), 0x0a, UInt8(value.count)] + value)
  }

  @Test("A distribution's fields") func histogram() throws {
    let writer = try writer()
    try writer.histogram("h", HistogramSummary([0.0]), step: 0)
    let message = try #require(try messages(writer).last)
    // min, max, num 1, sum, sum of squares, then two packed pairs: up to 0 none, up to 1e-12 one.
    let zero: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
    let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
    let least: [UInt8] = [0x11, 0xea, 0x2d, 0x81, 0x99, 0x97, 0x71, 0x3d]
    let histogram =
      [0x09] + zero + [0x11] + zero + [0x19] + one + [0x21] + zero + [0x29] + zero + [0x32, 16] + zero + least
      + [0x3a, 16] + zero + one
    #expect(Array(message.suffix(histogram.count)) == histogram)
  }

  @Test("A run that goes on begins a file after the others, which voids later steps") func goingOn() throws {
    let folder = scratch.path + "/runs"
    try makeFolder(folder)
    #expect(try messages(try writer(7, at: 2000.5)).count == 2)
    let before = try listFolder(folder)
    #expect(before.count == 1 && before[0].hasPrefix("events.out.tfevents.0000002000.") && before[0].hasSuffix(".0"))
    // The clock was set back.
    let later = try writer(300, at: 1.5)
    #expect(later.path.hasPrefix(folder + "/events.out.tfevents.0000002001."))
    #expect(
      try messages(later) == [
        time + [0x1a, 13] + Array("brain.Event:2".utf8), time + [0x10, 0xac, 0x02, 0x3a, 2, 8, 1],
      ])
    try later.scalars([("a", 1)], step: 1)
    #expect(try listFolder(folder).count == 2)
    _ = try writer(0, at: 5000)
    #expect(try listFolder(folder).last?.hasPrefix("events.out.tfevents.0000005000.") == true)
  }

  @Test("Whatever byte a kill comes at, what stands before the last record is whole") func kills() throws {
    let writer = try writer()
    for step in 0..<3 { try writer.scalars([("a", Double(step))], step: step) }
    let bytes = try readFile(writer.path, doing: "testing")
    let whole = try records(bytes)
    #expect(whole.messages.count == 5 && whole.rest == 0)
    for length in bytes.indices {
      #expect(whole.messages.starts(with: try records(Array(bytes.prefix(length))).messages))
    }
  }

  @Test("Tags and steps of a training") func trainingLog() throws {
    let log = try scratch.log(.classification, iterations: 4, hasEvents: true)
    var meter = TrainMeter(.classification, window: 2)
    meter.add(
      loss: 1, learningRate: 0.5, errors: TopKErrors(top1: 50, top5: 0), clips: 4,
      times: IterationTimes(total: 1, data: 0))
    try log.record(meter, place(1, 2))
    var validation = ValMeter(.classification, window: 2)
    validation.add(errors: TopKErrors(top1: 25, top5: 0), clips: 4, times: IterationTimes(total: 1, data: 0))
    try log.recordEpoch(validation, place(1, 8, of: 9))
    let events = try #require(log.events)
    let found = try messages(events)
    try #require(found.count == 4)
    // Iteration 2 of epoch 1 is step 6; a validation's step is its epoch.
    #expect(found[2][9..<11] == [0x10, 6] && found[3][9..<11] == [0x10, 1])
    let texts = found.map { String(decoding: $0, as: UTF8.self) }
    for tag in ["Train/loss", "Train/lr", "Train/Top1_err", "Train/Top5_err"] { #expect(texts[2].contains(tag)) }
    #expect(texts[3].contains("Val/Top1_err") && texts[3].contains("Val/Top5_err") && !texts[3].contains("mAP"))
    #expect(try scratch.log().events == nil)
    // Going on with epoch 1 of 4 iterations voids step 4 and later ones.
    let again = try scratch.log(.classification, startEpoch: 1, iterations: 4, hasEvents: true)
    #expect(try messages(try #require(again.events)).last?.suffix(6) == [0x10, 4, 0x3a, 2, 8, 1])
  }
}

@Suite struct HistogramTests {
  @Test("Each number lies below its bucket's limit, and not below the one before") func limits() {
    let values: [Float] = [-3, -1e-13, 0, 1e-13, 0.5, 0.5, 2, 1e30, -1e30, 3.4e38, -3.4e38]
    for value in values {
      let buckets = HistogramSummary([value]).buckets
      #expect(buckets.last?.count == 1 && buckets.count <= 2)
      #expect(Double(value) < buckets.last?.limit ?? -.infinity)
      #expect(buckets.count == 1 || Double(value) >= buckets[0].limit)
    }
    let all = HistogramSummary(values)
    #expect(all.count == 11 && all.buckets.reduce(0) { $0 + $1.count } == 11)
    #expect(all.buckets.map(\.limit) == all.buckets.map(\.limit).sorted())
  }

  @Test("A bucket's limit is a tenth above the one before") func growth() {
    let buckets = HistogramSummary([1]).buckets
    #expect(abs(buckets[1].limit / buckets[0].limit - 1.1) < 1e-12)
    let negative = HistogramSummary([-1]).buckets
    #expect(abs(negative[0].limit / negative[1].limit - 1.1) < 1e-12)
  }

  @Test("Sums, and what is no number") func sums() {
    var histogram = HistogramSummary([1, -2, .nan, 4])
    histogram.add([.infinity, 0.5])
    #expect(histogram.min == -2 && histogram.max == 4 && histogram.count == 4 && histogram.notFinite == 2)
    #expect(histogram.sum == 3.5 && histogram.sumOfSquares == 21.25)
  }

  @Test func nothing() { #expect(HistogramSummary([Float.nan]).buckets.isEmpty) }
}
