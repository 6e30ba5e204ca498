internal import CLibAV
internal import Wording

/// What one pass over a file's packets finds, without decoding.
struct PacketScan {
  /// Presentation times of the packets that show something, ascending.
  var times: [Int64] = []
  /// The places of these packets in the file.
  private(set) var decodingOrder: [Int32] = []
  /// Key packets by presentation time, with the time to seek to.
  var keys: [(time: Int64, seek: Int64)] = []
  var lastTime = Int64.min
  var lastDuration: Int64 = 0
  var packets = 0
  /// The end of the last packet of any stream, in seconds of the file's clock.
  var endOfAll = 0.0
  /// Packets of which parts are missing, by presentation time, with the time of the next key packet: only the first one of
  /// each group; and from where on frames may lean on it.
  private(set) var damage: [Damage] = []
  private var openDamage: (packet: Int64, from: Int64, cause: String)?

  struct Damage {
    let packet: Int64
    let from: Int64
    /// The largest number where it goes on to the end.
    let to: Int64
    let cause: String
  }
  let faults: PacketFaults
  private let timeBase: Ratio
  /// Whether the container is sought by a list of its key frames, and these by the time they are shown at.
  private let isSoughtByIndex: Bool
  let isTransportStream: Bool

  /// The usual distance of frames in a transport stream of constant rate with gaps; nil for all others.
  private(set) var stepBesideGaps: Int64?
  /// After this time frames are missing that the file would hold after its end: a frame that is shown after them was sent
  /// ahead of them. Nil where none are.
  private(set) var missingAfter: Int64?
  /// The time of the packet that was read last, if it has one.
  private(set) var timeOfLastPacket: Int64?
  /// Why timestamps cannot tell the frames apart, if so.
  var doubt: String?
  private(set) var lastDecodingTime = Int64.min
  private var jumpsBack = false
  /// Whether libav found the last packet incomplete.
  private(set) var isLastIncomplete = false

  /// - Parameter demuxer: The file that is to be read.
  init(_ demuxer: Demuxer, _ faults: PacketFaults) {
    self.faults = faults
    timeBase = demuxer.timeBase
    let format = String(cString: demuxer.context.pointee.iformat.pointee.name)
    isSoughtByIndex = ["mov", "matroska", "flv"].contains(where: format.hasPrefix)
    isTransportStream = format == "mpegts"
  }

  /// Reads all packets of the freshly opened file.
  mutating func read(_ demuxer: Demuxer) throws {
    // What was read before an error stays.
    defer { finish(demuxer) }
    while try demuxer.nextPacket({ take($0.pointee, ofVideo: $1, tick: $2) }, ofAnyStream: true) != nil {}
  }

  private mutating func finish(_ demuxer: Demuxer) {
    if let open = openDamage {
      damage.append(Damage(packet: open.packet, from: open.from, to: .max, cause: open.cause))
    }
    openDamage = nil
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    times = order.map { times[$0] }
    decodingOrder = order.map { Int32(truncatingIfNeeded: $0) }
    keys.sort { $0.time < $1.time }
    if isTransportStream {
      if zip(times.dropFirst(), times).contains(where: { $0 &- $1 > Self.wrap }) { noteJump() }
      lookForGaps()
    }
    if zip(times, times.dropFirst()).contains(where: { $0 == $1 }) { doubt = doubt ?? "two packets share a time" }
    if demuxer.codec.pointee.id == AV_CODEC_ID_VP8 { doubt = doubt ?? "VP8 has packets that show nothing" }
  }

  private mutating func take(_ packet: AVPacket, ofVideo: Bool, tick: Double) {
    if let time = timestamp(packet.pts) ?? timestamp(packet.dts) {
      endOfAll = max(endOfAll, (Double(time) + Double(packet.duration)) * tick)
    }
    if ofVideo { note(packet, faults.traits(of: packet)) }
  }

  private mutating func note(_ packet: AVPacket, _ traits: PacketFaults.Traits) {
    let fault = faults.cause(of: traits, number: packets)
    let isLost = faults.isLost(from: packets)
    packets += 1
    (isLastIncomplete, timeOfLastPacket) = (traits.isIncomplete, timestamp(packet.pts))
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let isDropped = packet.flags & AV_PKT_FLAG_DISCARD != 0
    if packets == 1 && !isKey { doubt = "the stream does not begin with a key frame" }
    if let decodingTime = timestamp(packet.dts) {
      if decodingTime < lastDecodingTime { noteJump() }
      lastDecodingTime = decodingTime
    }
    guard let time = timestamp(packet.pts) else {
      if !isDropped { doubt = doubt ?? "a packet has no time" }
      return
    }
    if isKey { keys.append((time, isSoughtByIndex ? time : min(time, timestamp(packet.dts) ?? time))) }
    followDamage(time, fault, isKey: isKey && !isLost)
    if isDropped { return }
    times.append(time)
    if time > lastTime { (lastTime, lastDuration) = (time, packet.duration) }
  }

  private mutating func noteJump() {
    jumpsBack = true
    doubt = doubt ?? "its clock jumps back"
  }

  /// Whole frames that are lost from a transport stream mark no packet when the packets' counter, of four bits, happens
  /// to fit again. Their times are missing: then only the decoder can tell whether others lean on them.
  private mutating func lookForGaps() {
    let steps = zip(times.dropFirst(), times).map { $0 &- $1 }
    guard let usual = usualStep else { return }
    let gaps = steps.indices.filter { steps[$0] > usual + usual / 2 }
    // A frame is never decoded after it is shown: what is missing after the last decoding time can only follow. Where
    // there are other gaps, too, it may as well be one of those.
    let late = jumpsBack ? [] : gaps.filter { times[$0] &+ usual > lastDecodingTime }
    if let first = late.first, faults.endsBroken || late.count == gaps.count { missingAfter = times[first] }
    // A stream that has many of them is of variable rate.
    if gaps.isEmpty || (gaps.count - late.count) * 10 > steps.count { return }
    stepBesideGaps = usual
    let open = gaps.filter { gap in
      missingAfter.map { times[gap] < $0 } ?? true
        && !damage.contains { $0.from <= times[gap + 1] && times[gap] < $0.to }
    }
    if !open.isEmpty { doubt = doubt ?? "its clock skips at \(counted(open.count, "place"))" }
  }

  /// Packets come in decoding order: up to the next key packet any may lean on the incomplete one, also those that are
  /// shown before it.
  private mutating func followDamage(_ time: Int64, _ fault: String?, isKey: Bool) {
    if let open = openDamage {
      if isKey {
        damage.append(Damage(packet: open.packet, from: open.from, to: time, cause: open.cause))
        openDamage = nil
      } else {
        openDamage = (open.packet, min(open.from, time), open.cause)
      }
    }
    if let fault, openDamage == nil { openDamage = (time, time, placeOfFrame(at: time, timeBase) + " " + fault) }
  }

  /// A clock that jumps back for more than a minute is taken for one whose 33 bits ran over: it then jumps on by a day.
  static let wrap: Int64 = 1 << 32

  /// The usual distance of frames; nil where there are no two.
  var usualStep: Int64? {
    let steps = zip(times.dropFirst(), times).map { $0 &- $1 }
    return steps.isEmpty ? nil : steps.sorted()[steps.count / 2]
  }
}
