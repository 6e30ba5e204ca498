public import Imaging
internal import Wording

extension VideoReader {
  /// Says which frames are damaged and when they are seen; nothing where none is known and not all were looked at.
  ///
  /// - Parameter isWhole: Whether each frame was decoded; else they are those that the packets tell of.
  public func describe(_ damage: DamageList, isWhole: Bool) -> String {
    if damage.frameCount == 0 {
      return isWhole ? "damaged frames: none of \(frameCount), each was decoded\n" : ""
    }
    let count = "\(damage.frameCount) of \(frameCount)"
    let lines = damage.stretches.map { stretch in
      let (first, last) = (stretch.frames.lowerBound, stretch.frames.upperBound - 1)
      let (from, to) = (fixed(time(of: first), 3), fixed(time(of: last), 3))
      return first == last
        ? "  frame \(first) (\(from) s): \(stretch.cause)\n"
        : "  frames \(first) to \(last) (\(from) to \(to) s): \(stretch.cause)\n"
    }
    let head = isWhole ? "damaged frames: \(count)" : "damaged frames by the packets: \(count) (--decode finds all)"
    return head + "\n" + lines.joined()
  }
}
