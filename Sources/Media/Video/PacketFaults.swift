internal import CLibAV
internal import Files
internal import Wording

/// Packets of a video stream that are not as they were written, by what the file alone shows: before they are decoded.
///
/// Decoders conceal what is missing, and few containers have checksums. But bytes that are cut out or overwritten break
/// a container's structure: its reader then looks for the next place that it knows, and says so while it reads.
struct PacketFaults {
  private let zeros: ZeroRuns
  /// What is wrong at packets, counted from 0 in the order of the file.
  private var causes: [Int: String] = [:]
  /// Whether the structure is broken before the first packet: then the first frame may be lost.
  private(set) var isBrokenAtStart = false
  /// Whether the last packet or what should follow it is broken off.
  private(set) var endsBroken = false
  /// Whether bytes are missing by the container's own structure. What a head says of lengths and frames is no proof: sound
  /// files have wrong heads.
  private(set) var isIncomplete = false
  /// How long the file is to last by its head, where libav does not believe it because the file is too short.
  private(set) var statedSeconds: Double?
  /// Nil for other containers.
  private var transportPackets: TransportPackets?
  /// How a transport stream ends.
  private var transportEnd: TransportPackets.End?
  /// From this packet on nobody knows which frames the packets show, and why.
  private var lost: (first: Int, cause: String)?

  /// Reads a file's packets once and notes where its structure is broken.
  ///
  /// - Throws: `FileError` and ``VideoError`` when the file cannot be opened.
  init(_ demuxer: Demuxer) throws {
    zeros = ZeroRuns(demuxer.stream.pointee.codecpar.pointee)
    let name = String(cString: demuxer.context.pointee.iformat.pointee.name)
    if name.hasPrefix("mov") { isIncomplete = Self.pointsBeyondEnd(demuxer) }
    if name == "mpegts" {
      let packets = try TransportPackets(path: demuxer.path)
      (transportPackets, transportEnd) = (packets, packets.end(of: Int(demuxer.stream.pointee.id)))
      if transportEnd?.cause != nil { (isIncomplete, endsBroken) = (true, true) }
    }
    guard ["matroska", "flv", "asf", "avi"].contains(where: name.hasPrefix) else { return }
    let places = try Self.packetPlaces(of: demuxer) { number, complaint in
      note(before: number, "libav: \(complaint)")
    }
    let file = try MappedFile(path: demuxer.path, doing: opening)
    if name == "avi", let broken = RIFFChunks.lastBeforeBreak(in: file.bytes) {
      isIncomplete = true
      // AVI counts frames and gives them no times.
      if let first = places.firstIndex(where: { $0 >= broken.start }) {
        lost = (
          first,
          "is in or after a part of the file that is broken (at byte \(broken.end)); the frames of an AVI file have no "
            + "times, so that it is not known which those after it are"
        )
      }
    }
    var breaks: [Int] = []
    if name == "flv" {
      // A stream that was recorded as it came states no size: what proves its end missing is a tag that is broken off.
      (breaks, endsBroken) = FLVTags.check(file.bytes)
      isIncomplete = endsBroken || FLVTags.statedSize(in: file.bytes).map { $0 > file.count } ?? false
    }
    if name == "asf" {
      (breaks, statedSeconds) = ASFPackets.check(file.bytes)
      isIncomplete = statedSeconds != nil
    }
    if name.hasPrefix("matroska") {
      isIncomplete = MatroskaSegment.end(in: file.bytes).map { $0 > file.count } ?? false
    }
    if causes[places.count - 1] != nil { endsBroken = true }
    for place in breaks { note(before: places.firstIndex { $0 >= place } ?? places.count, "at byte \(place)") }
  }

  /// Whether the tables of an MP4 speak of samples after the file's end.
  private static func pointsBeyondEnd(_ demuxer: Demuxer) -> Bool {
    (0..<Int(demuxer.context.pointee.nb_streams)).contains { number in
      let stream = demuxer.context.pointee.streams[number]
      return (0..<avformat_index_get_entries_count(stream)).contains { entry in
        guard let entry = avformat_index_get_entry(stream, entry) else { return false }
        return Int(entry.pointee.pos) + Int(entry.pointee.size) > demuxer.stamp.size
      }
    }
  }

  /// Something is broken before packet `number`; it may have damaged the packet before.
  private mutating func note(before number: Int, _ what: String) {
    if number == 0 { isBrokenAtStart = true }
    let packet = max(0, number - 1)
    causes[packet] = causes[packet] ?? "is next to a place where the file's structure is broken (\(what))"
  }

  /// The place in the file of each packet of the chosen stream.
  ///
  /// - Parameter complain: Called with the number of the next packet and what the container's reader says before it.
  private static func packetPlaces(of demuxer: Demuxer, complain: (Int, String) -> Void) throws -> [Int] {
    var places: [Int] = []
    func listen() { if let complaint = LibAVLog.containerComplaint { complain(places.count, complaint) } }
    let chosen = demuxer.stream.pointee.index
    try demuxer.readThrough { packet in
      listen()
      if packet.stream_index == chosen { places.append(Int(packet.pos)) }
    }
    listen()
    return places
  }

  /// What a transport stream's end shows to be broken off, in words.
  var brokenEnd: String? { transportEnd?.cause }

  /// Whether a transport stream's last frame may lack its end, which its packets do not tell.
  var isEndDoubtful: Bool { transportEnd?.isDoubtful ?? false }

  /// Takes the last frame for one that lacks its end.
  mutating func breakOff() {
    transportEnd?.breakOff()
    (isIncomplete, endsBroken) = (true, true)
  }

  /// What is kept of a packet after it is gone.
  struct Traits {
    let isIncomplete: Bool
    let isHole: Bool
  }

  func traits(of packet: AVPacket) -> Traits {
    let isMarked = packet.flags & AV_PKT_FLAG_CORRUPT != 0
    let (place, broken) = (Int(packet.pos), transportEnd?.brokenFrame)
    let isIncomplete =
      place == broken
      || isMarked && transportPackets?.isWhole(from: place, endIsBroken: broken != nil) != true
    return Traits(isIncomplete: isIncomplete, isHole: zeros.isHole(packet))
  }

  /// What is wrong with packet `number`, to follow the words "the frame at ... s"; nil where nothing is known.
  func cause(of packet: Traits, number: Int) -> String? {
    if let lost, number >= lost.first { return lost.cause }
    if packet.isIncomplete { return incomplete }
    if let cause = causes[number] { return cause }
    return packet.isHole ? "is overwritten with zeros in part" : nil
  }

  /// Whether it is a matter of the file, one cause for all frames after.
  func isLost(from number: Int) -> Bool { lost.map { number >= $0.first } ?? false }
}
