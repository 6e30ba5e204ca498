internal import Geometry
internal import Parallel

/// Tables of parts of a file become one: first their key frames are announced in order, then the columns are filled on
/// all threads.
extension DetectionTable {
  /// Takes up the key frames and lines of a part that follows.
  mutating func announce(_ part: DetectionTable, afterRows: Int, afterLines: Int) {
    for frame in part.frameIndex.frames {
      _ = insertFrame(video: part.frameIndex.videos[frame.video], time: frame.time)
    }
    lines.append(part.lines, rows: part.count, afterRows: afterRows, afterLines: afterLines)
  }

  /// Fills the columns with those of all parts, which were announced.
  mutating func fill(_ parts: [DetectionTable], _ pool: WorkerPool) {
    let index = frameIndex
    let numbers = pool.map(parts.count) { part in parts[part].numbers(in: index) }
    let rows = starts(parts.map(\.count))
    // A part may begin with the box that the part before ends with.
    let shared = parts.indices.map { part in part > 0 && sharesBox(parts[part], parts[part - 1]) ? 1 : 0 }
    let kept = starts(parts.indices.map { parts[$0].boxes.count - shared[$0] })
    boxes = column(parts, kept, pool) { part, target in
      for (place, box) in parts[part].boxes.dropFirst(shared[part]).enumerated() { target[place] = box }
    }
    frames = column(parts, rows, pool) { part, target in
      for (place, frame) in parts[part].frames.enumerated() { target[place] = numbers[part][Int(frame)] }
    }
    boxNumbers = column(parts, rows, pool) { part, target in
      let shift = Int32(kept[part] - shared[part])
      for (place, box) in parts[part].boxNumbers.enumerated() { target[place] = box + shift }
    }
    actionIDs = column(parts, rows, pool) { part, target in _ = target.update(fromContentsOf: parts[part].actionIDs) }
    scores = column(parts, rows, pool) { part, target in _ = target.update(fromContentsOf: parts[part].scores) }
  }

  private func numbers(in index: FrameIndex) -> [Int32] {
    frameIndex.frames.map { frame in
      Int32(index.number(video: frameIndex.videos[frame.video], time: frame.time) ?? 0)
    }
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
  _ parts: [DetectionTable], _ starts: [Int], _ pool: WorkerPool,
  _ write: (_ part: Int, _ target: UnsafeMutableBufferPointer<Value>) -> Void
) -> [Value] {
  let count = starts[parts.count]
  return Array(unsafeUninitializedCapacity: count) { values, initializedCount in
    let all = values
    pool.forEach(parts.count) { part in
      write(part, UnsafeMutableBufferPointer(rebasing: all[starts[part]..<starts[part + 1]]))
    }
    initializedCount = count
  }
}
