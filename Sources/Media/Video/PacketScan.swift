internal import CLibAV
internal import Wording

/// What one pass over a file's packets finds, without decoding.
struct PacketScan {
  /// Presentation times of the packets that show something, ascending.
  var times: [Int64] = []
  /// Key packets by presentation time, with the time to seek to.
  var keys: [(time: Int64, seek: Int64)] = []
  var lastTime = Int64.min
  var lastDuration: Int64 = 0
  var packets = 0
  /// The end of the last packet of any stream, in seconds of the file's clock.
  var endOfAll = 0.0
  /// From where to where, in presentation times, frames lean on packets of which parts are missing.
  private(set) var damage: [(from: Int64, to: Int64, cause: String)] = []
  private var openDamage: (from: Int64, cause: String)?
  /// With what only the scan can find.
  private(set) var faults: PacketFaults
  private let timeBase: Ratio
  /// Packets of a transport stream that wait until it is known whether it was joined there.
  private var waiting: [Packet] = []
  private var seen = 0

  /// What is kept of a packet of the video.
  private struct Packet {
    let time: Int64?
    let decodingTime: Int64?
    let duration: Int64
    let flags: Int32
    let traits: PacketFaults.Traits
  }
  /// The usual distance of frames in a transport stream of constant rate with gaps; nil for all others.
  private(set) var stepBesideGaps: Int64?
  /// Why timestamps cannot tell the frames apart, if so.
  var doubt: String?
  private(set) var lastDecodingTime = Int64.min
  private var lastDecodingTimeSeen = Int64.min

  init(_ faults: PacketFaults, timeBase: Ratio) {
    self.faults = faults
    self.timeBase = timeBase
  }

  /// Reads all packets of a freshly opened file. What was read before an error stays.
  mutating func read(_ demuxer: Demuxer) throws {
    let isTransportStream = String(cString: demuxer.context.pointee.iformat.pointee.name) == "mpegts"
    do {
      // Whoever waits for nothing is noted at once.
      let waits = isTransportStream ? PacketFaults.joinDistance : 0
      while try demuxer.nextPacket({ take($0.pointee, ofVideo: $1, tick: $2, waits) }, ofAnyStream: true) != nil {}
      noteWaiting(but: 0)
    } catch {
      noteWaiting(but: 0)
      throw error
    }
    if let open = openDamage { damage.append((open.from, .max, open.cause)) }
    openDamage = nil
    times.sort()
    keys.sort { $0.time < $1.time }
    if isTransportStream { lookForGaps() }
    if zip(times, times.dropFirst()).contains(where: { $0 == $1 }) { doubt = doubt ?? "two packets share a time" }
    if demuxer.codec.pointee.id == AV_CODEC_ID_VP8 { doubt = doubt ?? "VP8 has packets that show nothing" }
  }

  private mutating func take(_ packet: AVPacket, ofVideo: Bool, tick: Double, _ waits: Int) {
    if let time = timestamp(packet.pts) ?? timestamp(packet.dts) {
      endOfAll = max(endOfAll, (Double(time) + Double(packet.duration)) * tick)
    }
    if !ofVideo { return }
    let packet = Packet(
      time: timestamp(packet.pts), decodingTime: timestamp(packet.dts), duration: packet.duration, flags: packet.flags,
      traits: faults.traits(of: packet))
    if waits > 0, let time = packet.decodingTime {
      if time < lastDecodingTimeSeen { faults.noteJoin(before: seen) }
      lastDecodingTimeSeen = time
    }
    seen += 1
    waiting.append(packet)
    noteWaiting(but: waits)
  }

  private mutating func noteWaiting(but count: Int) {
    while waiting.count > count { note(waiting.removeFirst()) }
  }

  private mutating func note(_ packet: Packet) {
    let fault = faults.cause(of: packet.traits, number: packets)
    let isLost = faults.isLost(from: packets)
    packets += 1
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let isDropped = packet.flags & AV_PKT_FLAG_DISCARD != 0
    if packets == 1 && !isKey { doubt = "the stream does not begin with a key frame" }
    if let decodingTime = packet.decodingTime {
      if decodingTime < lastDecodingTime { doubt = doubt ?? "its clock jumps back" }
      lastDecodingTime = decodingTime
    }
    guard let time = packet.time else {
      if !isDropped { doubt = doubt ?? "a packet has no time" }
      return
    }
    if isKey { keys.append((time, min(time, packet.decodingTime ?? time))) }
    followDamage(time, fault, isKey: isKey && !isLost)
    if isDropped { return }
    times.append(time)
    if time > lastTime { (lastTime, lastDuration) = (time, packet.duration) }
  }

  /// Whole frames that are lost from a transport stream mark no packet when the packets' counter, of four bits, happens
  /// to fit again. Their times are missing: then only the decoder can tell whether others lean on them.
  private mutating func lookForGaps() {
    let steps = zip(times.dropFirst(), times).map { $0 &- $1 }
    guard let usual = usualStep else { return }
    let gaps = steps.indices.filter { steps[$0] > usual + usual / 2 }
    // A stream that has many of them is of variable rate.
    if gaps.isEmpty || gaps.count * 10 > steps.count { return }
    stepBesideGaps = usual
    let open = gaps.filter { gap in !damage.contains { $0.from <= times[gap + 1] && times[gap] < $0.to } }
    if !open.isEmpty { doubt = doubt ?? "its clock skips at \(counted(open.count, "place"))" }
  }

  /// Packets come in decoding order: up to the next key packet any may lean on the incomplete one, also those that are
  /// shown before it.
  private mutating func followDamage(_ time: Int64, _ fault: String?, isKey: Bool) {
    if let open = openDamage {
      if isKey {
        damage.append((open.from, time, open.cause))
        openDamage = nil
      } else {
        openDamage = (min(open.from, time), open.cause)
      }
    }
    if let fault, openDamage == nil { openDamage = (time, placeOfFrame(at: time, timeBase) + " " + fault) }
  }

  /// The usual distance of frames; nil where there are no two.
  var usualStep: Int64? {
    let steps = zip(times.dropFirst(), times).map { $0 &- $1 }
    return steps.isEmpty ? nil : steps.sorted()[steps.count / 2]
  }
}
