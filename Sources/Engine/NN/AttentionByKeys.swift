internal import BFloat16
internal import Kernels
internal import Parallel
internal import Tensors

// The dot-product form is linear in theta: y(i) = theta(i) M with M = sum over j of phi(j)ᵀ g(j) / keys, a matrix of channels
// by channels. Where positions are many beside channels, this takes fewer products than weights of all pairs, which then need
// not exist either.
extension Attention {
  /// Whether the sum over the keys comes first.
  static func takesFewerProducts(_ theta: FeatureMap, _ phi: FeatureMap, _ g: FeatureMap) -> Bool {
    let (queries, keys) = (theta.extent.count, phi.extent.count)
    let (depth, width) = (theta.channels, g.channels)
    return depth * width * (queries + keys) < queries * keys * (depth + width)
  }

  /// The dot-product form, the sum over the keys first, in float32.
  ///
  /// - Parameters:
  ///   - theta: As all the maps in float32 or bfloat16, in which theta is multiplied with the sums.
  static func runByKeys(
    _ theta: FeatureMap, _ phi: FeatureMap, _ g: FeatureMap, into output: FeatureMap, _ engine: Engine
  ) {
    let (queries, keys) = (theta.extent.count, phi.extent.count)
    let (depth, width, format) = (theta.channels, g.channels, theta.format)
    // Rows have room for what kernels read beyond them.
    let (left, right) = (padded(depth), padded(width))
    let panelFloats = MatrixPanels.floats(depth: depth, outputs: width, format, engine)
    engine.withSharedScratch(panelFloats + keys * (left + right) + depth * right) { memory in
      let panels = MatrixPanels(depth: depth, outputs: width, memory: memory, format, engine)
      nonisolated(unsafe) let phiRows = memory + panelFloats
      nonisolated(unsafe) let gRows = phiRows + keys * left
      nonisolated(unsafe) let sums = gRows + keys * right
      for item in 0..<theta.batch {
        engine.pool.forEach(keys) { key in
          copy(phi, item * keys + key, to: phiRows + key * left, left)
          copy(g, item * keys + key, to: gRows + key * right, right)
        }
        engine.transposedProduct(
          phiRows, leftPitch: left, gRows, rightPitch: right, count: keys, rows: depth, columns: width, into: sums,
          pitch: right, adds: false)
        engine.pool.forEach(depth) { row in divide(sums + row * right, width, by: Float(keys), format) }
        engine.pool.forEach(panels.panels) { panel in panels.fill(panel) { UnsafePointer(sums + $0 * right) } }
        engine.pool.forEach((queries + block - 1) / block) { piece, thread in
          let first = item * queries + piece * block
          let table = UnsafeMutableRawPointer(engine.scratch(2 * block, thread)).bindMemory(
            to: UnsafePointer<Float>.self, capacity: block)
          panels.multiply(
            theta.start + first * theta.pitch, pitch: theta.pitch, count: min(block, queries - piece * block),
            into: output.start + first * output.pitch, outputPitch: output.pitch,
            outputIsBFloat16: format == .bfloat16, table: table)
        }
      }
    }
  }

  private static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  /// Writes a position's channels as float32, and zeros after them.
  private static func copy(_ map: FeatureMap, _ position: Int, to row: UnsafeMutablePointer<Float>, _ count: Int) {
    if map.format == .float32 {
      row.update(from: map.start + position * map.pitch, count: map.channels)
    } else {
      for c in 0..<map.channels { row[c] = map.value(position: position, channel: c) }
    }
    (row + map.channels).update(repeating: 0, count: count - map.channels)
  }

  /// Divides a row and writes it in a format where it lies.
  private static func divide(
    _ row: UnsafeMutablePointer<Float>, _ count: Int, by divisor: Float, _ format: ElementFormat
  ) {
    guard format == .bfloat16 else {
      for c in 0..<count { row[c] /= divisor }
      return
    }
    // Half of the room: what is written never overtakes what is read.
    let numbers = UnsafeMutableRawPointer(row)
    for c in 0..<count {
      numbers.storeBytes(of: bfloat16(row[c] / divisor), toByteOffset: 2 * c, as: UInt16.self)
    }
  }
}
