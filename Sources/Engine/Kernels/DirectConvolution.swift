internal import MicroKernels
internal import Parallel
internal import Tensors

/// Implicit matrix multiplication: each output position's taps are read where they lie, through a table of addresses, and
/// multiplied with packed weights. Any kernel, stride, dilation, padding and groups.
struct DirectConvolution: ConvolutionMethod {
  private let shape: ConvolutionShape
  private let weights: [PackedPanels]
  /// What the padding looks like.
  private let zeros: Storage
  private let kernels: GEMMKernels
  /// 2 where the weights are kept as a bfloat16 number and what it lacks.
  private let parts: Int
  /// Floats that a group's channels take in an input position.
  private let groupFloats: Int
  /// What the weights were multiplied with where they are integers.
  private let steps: [Float]

  init(_ shape: ConvolutionShape, weights: Storage, _ input: ElementFormat, _ engine: Engine) {
    self.shape = shape
    let channels = shape.inChannels / shape.groups
    steps = []
    if input == .bfloat16, let bfloat16 = engine.kernels.bfloat16 {
      kernels = bfloat16.dots
      // Few products do not average out what rounding the weights has cost, and these layers wait for memory.
      let parts = channels <= 8 ? 2 : 1
      self.parts = parts
      groupFloats = channels / 2
      self.weights = (0..<shape.groups).map { PackedPanels(bfloat16: weights, shape, group: $0, parts: parts, engine) }
    } else {
      kernels = engine.floatGEMM
      parts = 1
      groupFloats = channels
      self.weights = (0..<shape.groups).map { PackedPanels(weights, shape, group: $0, engine) }
    }
    // As long as a run of joined taps.
    zeros = Storage(count: shape.inChannels * shape.kernel.w)
  }

  /// A convolution of integers.
  init(_ shape: ConvolutionShape, _ weights: QuantizedWeights, _ engine: Engine) {
    precondition(shape.groups == 1, "convolutions of groups are not quantized")
    self.shape = shape
    kernels = engine.kernels.integers.dots
    parts = 1
    groupFloats = shape.inChannels / 4
    self.weights = [PackedPanels(weights, shape, engine)]
    steps = weights.steps
    zeros = Storage(count: shape.inChannels * shape.kernel.w)
  }

  func run(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    if steps.isEmpty { return compute(input, store, engine) }
    store.ofIntegers(steps) { compute(input, $0, engine) }
  }

  private func compute(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let joins = joinsColumns(input)
    if kernels.block != nil && joins { return runPaddedLines(input, store, engine) }
    if kernels.block != nil && shape.kernel.h == 1 && shape.kernel.w == 1 && !shape.isPointwise, isEvenInFrames {
      return runFrames(input, store, engine)
    }
    if joins && (shape.padding.w > 0 || shape.paddingAfter.w > 0) {
      let rows = TapRows(input: input, extent: output.extent, shape: shape, zeros: zeros.pointer)
      return runLines(rows, store, engine)
    }
    // Where no position sees padding along a line, the taps along it are one of more channels.
    let shape = joins ? shape.withColumnsJoined : shape
    let channels = joins ? self.shape.kernel.w * groupFloats : groupFloats
    let rows = TapRows(input: input, extent: output.extent, shape: shape, zeros: zeros.pointer)
    let (most, runs) = cut(output.positions, engine)
    let pieces = pieces(output.positions, of: most, runs, engine)
    let taps = shape.kernel.count
    // What follows evenly takes no table where the kernels need none.
    let isEven = kernels.block != nil && shape.isPointwise
    engine.pool.forEach(runs.count * pieces.count) { piece, thread in
      // Those of one run of channels follow each other: they read the same weights.
      let (run, positions) = (runs[piece / pieces.count], pieces[piece % pieces.count])
      let table = table(positions: positions.count, thread, engine)
      if isEven {
        table[0] = UnsafePointer(input.start) + positions.lowerBound * input.pitch
        return multiply(positions, table, step: input.pitch, ahead: 0, taps: 1, channels: groupFloats, of: run, store)
      }
      rows.fill(positions, table)
      multiply(positions, table, ahead: ahead(input), taps: taps, channels: channels, of: run, store)
    }
  }

  /// Whether the positions of a frame see frames of the input as they lie.
  private var isEvenInFrames: Bool {
    func isPlain(_ stride: Int, _ before: Int, _ after: Int) -> Bool { stride == 1 && before == 0 && after == 0 }
    return isPlain(shape.stride.h, shape.padding.h, shape.paddingAfter.h)
      && isPlain(shape.stride.w, shape.padding.w, shape.paddingAfter.w)
  }

  /// Computes frame by frame, by kernels that need no table of positions that follow each other evenly. Frames of padding are
  /// passed over, with their weights.
  private func runFrames(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let (plane, frames) = (output.extent.h * output.extent.w, output.batch * output.extent.t)
    let (most, runs) = cut(output.positions, engine)
    let perFrame = max(1, (plane + most - 1) / most)
    let length = ((plane + perFrame - 1) / perFrame + 31) / 32 * 32
    let rows = TapRows(input: input, extent: output.extent, shape: shape, zeros: zeros.pointer)
    engine.pool.forEach(runs.count * frames * perFrame) { piece, thread in
      let run = runs[piece / (frames * perFrame)]
      let (frame, first) = (piece / perFrame % frames, piece % perFrame * length)
      let count = min(length, plane - first)
      if count <= 0 { return }
      // With several parts the second one's weights follow all of the first one's.
      let line = frame * output.extent.h
      let taps = rows.tapsInside(line)
      if taps.isEmpty || (parts > 1 && taps.count < shape.kernel.t) {
        let positions = frame * plane + first..<frame * plane + first + count
        let table = table(positions: count, thread, engine)
        rows.fill(positions, table)
        return multiply(
          positions, table, ahead: ahead(input), taps: shape.kernel.count, channels: groupFloats, of: run, store)
      }
      let place = ConvolutionPlace(line * output.extent.w, output.extent, shape)
      let starts = table(positions: tilePositions, thread, engine)
      var last = 0
      for tap in taps {
        last = place.n * input.extent.t + place.t + tap * shape.dilation.t
        starts[tap - taps.lowerBound] = UnsafePointer(input.start) + (last * plane + first) * input.pitch
      }
      multiply(
        frame * plane + first..<frame * plane + first + count, starts, step: input.pitch,
        mayReadOn: last * plane + first + (count + 15) / 16 * 16 <= input.positions, ahead: 0, taps: taps.count,
        channels: groupFloats,
        firstRow: taps.lowerBound * groupFloats, of: run, store)
    }
  }

  /// Computes line by line over padded lines, the taps along a line joined to one.
  private func runPaddedLines(_ input: FeatureMap, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let lines = PaddedLines(
      shape: shape, step: shape.stride.w * groupFloats, tap: shape.kernel.w * groupFloats)
    let (before, floats) = (shape.padding.w * groupFloats, lines.floats(width: output.extent.w))
    let row = input.extent.w * input.pitch
    lines.run(input, output.extent, engine, writesTable: false) { item, t, h, target in
      let from = UnsafePointer(input.start) + ((item * input.extent.t + t) * input.extent.h + h) * row
      let count = min(row, floats - before)
      target.update(repeating: 0, count: before)
      (target + before).update(from: from, count: count)
      (target + before + count).update(repeating: 0, count: floats - before - count)
    } compute: { band, frame, h in
      let position = ((band.item * output.extent.t + frame) * output.extent.h + h) * output.extent.w
      var addresses = band.block(bias: store.bias, output: output.start, pitch: output.pitch)
      band.fill(&addresses, step: frame, h: h)
      guard let starts = addresses.starts else { return }
      multiply(
        position..<position + output.extent.w, starts, step: addresses.step, mayReadOn: true, ahead: 0,
        taps: shape.kernel.t * shape.kernel.h, channels: lines.tap, store)
    }
  }

  /// From a position to the one six later, in floats.
  private func ahead(_ input: FeatureMap) -> Int { tilePositions * shape.stride.w * input.pitch }

  /// Where every position is read once, it is scaled into the thread's memory just before.
  var scalesInput: Bool { shape.isPointwise }

  func run(_ input: FeatureMap, scaledBy scaling: InputScaling, _ store: ConvolutionStore, _ engine: Engine) {
    let scaled = ScaledInput(input, scaling, engine)
    // What is read and what is multiplied share the cache.
    let most = positionsPerPiece(store.output.positions, engine) / 2
    let pieces = pieces(store.output.positions, of: most, [groupOutputs], engine)
    engine.pool.forEach(pieces.count) { piece, thread in
      let positions = pieces[piece]
      let table = scaled.fill(positions, engine, thread)
      multiply(positions, table, ahead: 0, taps: 1, channels: groupFloats, store)
    }
  }

  /// Room for `addresses(positions:)`.
  private func table(
    positions: Int, _ thread: Int, _ engine: Engine
  ) -> UnsafeMutablePointer<UnsafePointer<Float>> {
    let count = addresses(positions: positions)
    // An address takes the room of two floats.
    let scratch = UnsafeMutableRawPointer(engine.scratch.floats(2 * count, thread: thread))
    return scratch.bindMemory(to: UnsafePointer<Float>.self, capacity: count)
  }

  /// Whether what a position sees of a line is one run of memory, and short enough that its taps are worth joining.
  private func joinsColumns(_ input: FeatureMap) -> Bool {
    shape.kernel.w > 1 && shape.dilation.w == 1 && shape.groups == 1 && input.pitch == groupFloats
      && groupFloats <= 16
  }

  /// Computes line by line, the taps along a line joined to one.
  private func runLines(_ rows: TapRows, _ store: ConvolutionStore, _ engine: Engine) {
    let output = store.output
    let lines = output.batch * output.extent.t * output.extent.h
    let perPiece = max(1, positionsPerPiece(output.positions, engine) / max(1, output.extent.w))
    engine.pool.forEach((lines + perPiece - 1) / perPiece) { piece, thread in
      let table = table(positions: output.extent.w, thread, engine)
      for line in piece * perPiece..<min(lines, (piece + 1) * perPiece) { runJoined(line, rows, store, table) }
    }
  }

  private func runJoined(
    _ line: Int, _ rows: TapRows, _ store: ConvolutionStore, _ table: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let width = rows.extent.w
    // Frames of padding are passed over, with their weights. A second part's weights follow all of the first one's.
    let inside = rows.tapsInside(line)
    let taps = parts == 1 && !inside.isEmpty ? inside : 0..<shape.kernel.t
    let windows = UnsafeMutableRawPointer(table + tableAddresses(positions: width))
    rows.fillJoined(line, taps: taps, windows: windows.assumingMemoryBound(to: Float.self), table)
    let depth = shape.kernel.h * shape.kernel.w * groupFloats
    multiply(
      line * width..<(line + 1) * width, table, ahead: ahead(rows.input), taps: taps.count * shape.kernel.h,
      channels: shape.kernel.w * groupFloats, firstRow: taps.lowerBound * depth, store)
  }

  /// Computes some lines on one thread, counted through frames and batch.
  ///
  /// - Parameters:
  ///   - extent: Of the whole output.
  ///   - table: Room for `addresses(positions:)` of them.
  func run(
    lines: Range<Int>, of input: FeatureMap, _ extent: Extent3, _ store: ConvolutionStore,
    _ table: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let rows = TapRows(input: input, extent: extent, shape: shape, zeros: zeros.pointer)
    if joinsColumns(input) {
      for line in lines { runJoined(line, rows, store, table) }
    } else {
      let positions = lines.lowerBound * extent.w..<lines.upperBound * extent.w
      rows.fill(positions, table)
      multiply(positions, table, ahead: ahead(input), taps: shape.kernel.count, channels: groupFloats, store)
    }
  }

  /// How many addresses a table for a block of positions has room for: those of the taps, and the windows of a line's ends.
  func addresses(positions: Int) -> Int {
    let ends = [shape.padding.w, shape.paddingAfter.w].reduce(0) { $0 + ($1 + shape.stride.w - 1) / shape.stride.w }
    return tableAddresses(positions: positions) + (ends * shape.kernel.count * groupFloats + 1) / 2
  }

  private func tableAddresses(positions: Int) -> Int {
    (positions + tilePositions - 1) / tilePositions * tilePositions * shape.kernel.count
  }

  /// Output channels with the last register filled up.
  var paddedOutputs: Int { kernels.padded(shape.outChannels) }

  /// Multiplies a block's positions with the weights of every group.
  ///
  /// - Parameters:
  ///   - step: From a position to the next in floats, where the table has the first one's addresses only.
  ///   - mayReadOn: Whether positions after the last one may be read there, up to a multiple of 16.
  ///   - ahead: What is fetched ahead, from the positions that are read; 0 is nothing.
  ///   - taps: The taps of the table; fewer than the kernel's where those along a line are joined.
  ///   - channels: Floats that a tap has.
  ///   - firstRow: The first row of the weights that the table's taps are multiplied with.
  ///   - run: The output channels of a group that are computed, whole panels but at its end; nil for all.
  private func multiply(
    _ positions: Range<Int>, _ table: UnsafePointer<UnsafePointer<Float>>, step: Int? = nil, mayReadOn: Bool = false,
    ahead: Int,
    taps: Int, channels: Int, firstRow: Int = 0, of run: Range<Int>? = nil, _ store: ConvolutionStore
  ) {
    let output = store.output
    let run = run ?? groupOutputs
    for group in 0..<shape.groups {
      let first = group * groupOutputs.count + run.lowerBound
      var block = GEMMBlock(
        rows: table, taps: taps, channels: channels, bias: store.bias + first,
        output: address(first, output) + (positions.lowerBound - store.firstPosition) * output.pitch,
        outputPitch: output.pitch, positions: positions.count)
      if let step { (block.starts, block.step, block.mayReadOn) = (table, step, mayReadOn) }
      block.parts = parts
      block.rowOffset = group * groupFloats
      block.ahead = ahead
      block.outputIsBFloat16 = output.format == .bfloat16
      if let residual = store.residual {
        block.residual = UnsafePointer(
          address(first, residual) + (positions.lowerBound - store.firstPosition) * residual.pitch)
        block.residualPitch = residual.pitch
        block.residualIsBFloat16 = residual.format == .bfloat16
      }
      block.epilogue = store.epilogue.code
      block.quantized = store.quantized.map { $0.dropFirst(run.lowerBound) }
      let panels = weights[group]
      kernels.multiply(
        block, panels.panel(run.lowerBound), depth: panels.depth, firstRow: firstRow,
        outputs: store.hasRoom ? paddedOutputs - run.lowerBound : run.count)
    }
  }

  /// Where a channel of the first position lies; a group of bfloat16 channels may begin in the middle of a float.
  private func address(_ channel: Int, _ map: FeatureMap) -> UnsafeMutablePointer<Float> {
    (UnsafeMutableRawPointer(map.start) + channel * map.format.bytes).assumingMemoryBound(to: Float.self)
  }

  /// Ranges of positions, as even as whole tiles allow: the threads get as many each, where there is more than one for each.
  private struct Pieces {
    let positions: Int
    let unit: Int
    let count: Int

    subscript(index: Int) -> Range<Int> {
      let units = (positions + unit - 1) / unit
      return index * units / count * unit..<min(positions, (index + 1) * units / count * unit)
    }
  }

  /// - Parameters:
  ///   - most: The positions of a piece, about.
  ///   - runs: Of channels, for each of which there are so many pieces.
  private func pieces(_ positions: Int, of most: Int, _ runs: [Range<Int>], _ engine: Engine) -> Pieces {
    let (unit, threads) = (kernels.block == nil ? tilePositions : 32, engine.pool.threads)
    let wanted = (positions + max(unit, most) - 1) / max(unit, most)
    let all = wanted * runs.count
    let even = all <= threads ? wanted : ((all + threads - 1) / threads * threads + runs.count - 1) / runs.count
    return Pieces(positions: positions, unit: unit, count: min(even, (positions + unit - 1) / unit))
  }

  /// How the work is cut: the positions of a piece, about, and the runs of output channels that pieces are of. There is more than
  /// one run where blocks of positions for so many threads would be so short that each thread read all weights for a few.
  private func cut(_ positions: Int, _ engine: Engine) -> (positions: Int, runs: [Range<Int>]) {
    let most = positionsPerPiece(positions, engine)
    let isTiled = kernels.block != nil
    let wanted = isTiled ? 256 : cachedPositions
    let pieces = (isTiled ? 4 : 8) * engine.pool.threads
    let share = (positions + pieces - 1) / pieces
    let panels = (shape.outChannels + kernels.panel - 1) / kernels.panel
    guard shape.groups == 1, !weightsAreFew, 2 * share <= wanted, panels > 1 else {
      return (most, [groupOutputs])
    }
    let count = min(panels, (wanted + share - 1) / share)
    let runs = (0..<count).map { run in
      run * panels / count * kernels.panel..<min(shape.outChannels, (run + 1) * panels / count * kernels.panel)
    }
    return (share * count, runs)
  }

  /// The output channels of a group.
  private var groupOutputs: Range<Int> { 0..<shape.outChannels / shape.groups }

  /// Whether all weights stay in half of the smallest second-level cache.
  private var weightsAreFew: Bool { shape.kernel.count * groupFloats * shape.outChannels <= 32_768 }

  /// The positions whose inputs stay in the second-level cache.
  private var cachedPositions: Int {
    let inputs = max(1, shape.kernel.count * groupFloats * shape.groups)
    // Half of the cache for the weights, half for what passes by them.
    let cached = weightsAreFew ? min(98_304 / inputs, 65_536 / (inputs + shape.outChannels)) : 98_304 / inputs
    return max(2 * tilePositions, min(cached, 1536))
  }

  /// A piece's inputs stay in the second-level cache while all panels of weights pass by; where the weights are few, its
  /// outputs do too, whose cache lines several panels complete. The pieces divide among the threads.
  private func positionsPerPiece(_ positions: Int, _ engine: Engine) -> Int {
    if kernels.block != nil {
      let pieces = max(4 * engine.pool.threads, (positions + 511) / 512)
      return max(32, ((positions + pieces - 1) / pieces + 31) / 32 * 32)
    }
    let wanted = cachedPositions
    let threads = engine.pool.threads
    let pieces = max(8 * threads, (positions / wanted + threads - 1) / threads * threads)
    let share = (positions + pieces - 1) / pieces
    return max(2 * tilePositions, (share + tilePositions - 1) / tilePositions * tilePositions)
  }
}
