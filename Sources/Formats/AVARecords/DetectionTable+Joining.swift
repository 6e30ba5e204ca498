internal import Geometry
internal import Parallel

/// Tables of parts of a file become one: first their key frames are announced in order, then the columns are filled on
/// all threads.
extension DetectionTable {
  /// Takes up the key frames and lines of a part that follows, and returns the number of each of its key frames.
  mutating func announce(_ part: DetectionTable, afterRows: Int, afterLines: Int) -> [Int32] {
    lines.append(part.lines, rows: part.count, afterRows: afterRows, afterLines: afterLines)
    let videos = part.frameIndex.videos.map { frameIndex.insert(video: $0) }
    return part.frameIndex.frames.map { frame in
      Int32(frameIndex.insert(FrameIndex.Frame(video: videos[frame.video], time: frame.time)))
    }
  }

  /// Fills the columns with those of all parts, which were announced; a part's column goes when it is copied.
  ///
  /// - Parameter numbers: What `announce` said of each part.
  mutating func fill(_ parts: inout [DetectionTable], numbers: [[Int32]], _ pool: WorkerPool) {
    let rows = starts(parts.map(\.count))
    // A part may begin with the box that the part before ends with.
    let shared = parts.indices.map { part in part > 0 && sharesBox(parts[part], parts[part - 1]) ? 1 : 0 }
    let kept = starts(parts.indices.map { parts[$0].boxes.count - shared[$0] })
    func copy<Value: BitwiseCopyable>(
      _ path: WritableKeyPath<DetectionTable, [Value]>, _ starts: [Int],
      _ write: (_ part: Int, _ source: [Value], _ target: UnsafeMutableBufferPointer<Value>) -> Void
    ) -> [Value] {
      defer { for part in parts.indices { parts[part][keyPath: path] = [] } }
      let sources = parts.map { $0[keyPath: path] }
      return column(starts, pool) { part, target in write(part, sources[part], target) }
    }
    boxes = copy(\.boxes, kept) { part, source, target in
      for (place, box) in source.dropFirst(shared[part]).enumerated() { target[place] = box }
    }
    frames = copy(\.frames, rows) { part, source, target in
      for (place, frame) in source.enumerated() { target[place] = numbers[part][Int(frame)] }
    }
    boxNumbers = copy(\.boxNumbers, rows) { part, source, target in
      let shift = Int32(kept[part] - shared[part])
      for (place, box) in source.enumerated() { target[place] = box + shift }
    }
    actionIDs = copy(\.actionIDs, rows) { _, source, target in _ = target.update(fromContentsOf: source) }
    scores = copy(\.scores, rows) { _, source, target in _ = target.update(fromContentsOf: source) }
  }
}

/// Whether a part begins with the box that the part before ends with, in the same key frame.
private func sharesBox(_ part: DetectionTable, _ before: DetectionTable) -> Bool {
  guard let box = part.boxes.first, let frame = part.frames.first, let last = before.frames.last,
    before.boxes.last == box
  else { return false }
  let (a, b) = (part.frameIndex.frames[Int(frame)], before.frameIndex.frames[Int(last)])
  return a.time == b.time && part.frameIndex.videos[a.video] == before.frameIndex.videos[b.video]
}

/// Where each part begins, and where the last one ends.
private func starts(_ counts: [Int]) -> [Int] {
  var starts = [0]
  for count in counts { starts.append(starts[starts.count - 1] + count) }
  return starts
}

/// Makes a column whose parts are written at the same time.
private func column<Value: BitwiseCopyable>(
  _ starts: [Int], _ pool: WorkerPool, _ write: (_ part: Int, _ target: UnsafeMutableBufferPointer<Value>) -> Void
) -> [Value] {
  let count = starts[starts.count - 1]
  return Array(unsafeUninitializedCapacity: count) { values, initializedCount in
    let all = values
    pool.forEach(starts.count - 1) { part in
      write(part, UnsafeMutableBufferPointer(rebasing: all[starts[part]..<starts[part + 1]]))
    }
    initializedCount = count
  }
}
