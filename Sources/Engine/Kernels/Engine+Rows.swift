internal import MicroKernels
internal import Parallel
public import Tensors

extension Engine {
  /// Computes `output = epilogue(input * scale)`, position by position.
  ///
  /// - Parameters:
  ///   - scale: N, [1, 1, 1], C in either format: a factor for every channel of every item; nil for 1.
  ///   - output: As the input, in its format; may be the input.
  public func scale(
    _ input: FeatureMap, by scale: FeatureMap? = nil, _ epilogue: Epilogue, into output: FeatureMap
  ) {
    precondition(
      input.batch == output.batch && input.extent == output.extent && input.channels == output.channels
        && input.format == output.format, "scaled maps must be alike")
    precondition(
      scale.map { $0.batch == input.batch && $0.extent == .one && $0.channels == input.channels } ?? true,
      "one factor for every channel of every item")
    if usesReferences { return scaleReference(input, by: scale, epilogue, into: output) }
    // They are few, and the kernels read float32.
    let scale = scale?.float32()
    let run = scaledRows(input.format)
    let perItem = input.extent.count
    // Enough positions that a piece is worth its start.
    let block = max(1, 4096 / max(1, input.channels))
    let pieces = (perItem + block - 1) / block
    pool.forEach(input.batch * pieces) { piece in
      let (item, first) = (piece / pieces, piece % pieces * block)
      let position = item * perItem + first
      run(
        ScaledRows(
          input: input.start + position * input.pitch, inputPitch: input.pitch,
          output: output.start + position * output.pitch, outputPitch: output.pitch,
          scale: scale.map { UnsafePointer($0.start + item * $0.pitch) }, positions: min(block, perItem - first),
          channels: input.channels, epilogue: epilogue.code))
    }
  }

  /// Computes the same by the definition, element by element.
  public func scaleReference(_ input: FeatureMap, by scale: FeatureMap?, _ epilogue: Epilogue, into output: FeatureMap)
  {
    pool.forEach(input.positions) { position in
      for c in 0..<input.channels {
        var value = input.value(position: position, channel: c)
        if let scale { value *= scale.value(position: position / input.extent.count, channel: c) }
        output.set(Float(epilogue(Double(value))), position: position, channel: c)
      }
    }
  }

  /// Adds a vector to every position of every item: `output[n, p, c] = input[n, p, c] + vector[p, c]`, rounded once.
  ///
  /// - Parameters:
  ///   - output: As the input, in its format; may be the input.
  ///   - vectors: Gives the float32 vectors of some positions of an item, [positions, C], in any order and on any thread: where they
  ///     lie, or in memory that it is handed for them.
  public func add(
    to input: FeatureMap, into output: FeatureMap,
    vectors: (_ positions: Range<Int>, _ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    precondition(
      input.batch == output.batch && input.extent == output.extent && input.channels == output.channels
        && input.format == output.format, "maps to which vectors are added must be alike")
    var run = kernels.addRows
    if input.format != .float32 {
      guard input.format == .bfloat16, let bfloat16 = kernels.bfloat16 else {
        preconditionFailure("vectors are added to float32, and to bfloat16 by kernels that have it")
      }
      run = bfloat16.addRows
    }
    let (perItem, channels) = (input.extent.count, input.channels)
    // Enough positions that a piece is worth its start.
    let block = max(1, min(perItem, 8192 / max(1, channels)))
    let pieces = (perItem + block - 1) / block
    pool.forEach(input.batch * pieces) { [run] piece, thread in
      let (item, first) = (piece / pieces, piece % pieces * block)
      let count = min(block, perItem - first)
      let position = item * perItem + first
      run(
        AddedRows(
          input: input.start + position * input.pitch, inputPitch: input.pitch,
          output: output.start + position * output.pitch, outputPitch: output.pitch,
          vectors: vectors(first..<first + count, scratch.floats(block * channels, thread: thread)), positions: count,
          channels: channels))
    }
  }

  /// Scales rows of a format.
  func scaledRows(_ format: ElementFormat) -> @Sendable (ScaledRows) -> Void {
    if format == .bfloat16, let bfloat16 = kernels.bfloat16 { return bfloat16.scaleRows }
    return kernels.scaleRows
  }
}
