internal import MicroKernels
internal import Tensors

/// Finds where the taps of output positions lie in an input: the addresses that product kernels read.
struct TapRows {
  let input: FeatureMap
  let extent: Extent3
  let shape: ConvolutionShape
  /// As many zeros as an input position has channels: what the padding looks like.
  let zeros: UnsafePointer<Float>

  /// Fills the table of a block: [tiles][taps][6].
  ///
  /// - Parameters:
  ///   - positions: Output positions; the last tile repeats its last position where they are no multiple of six.
  ///   - rows: Room for 6 x taps addresses per six positions.
  func fill(_ positions: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    if shape.isPointwise { return fillPointwise(positions, rows) }
    var target = rows
    var position = positions.lowerBound
    while position < positions.upperBound {
      let count = min(tilePositions, positions.upperBound - position)
      fillTile(position, count, target)
      target += tilePositions * shape.kernel.count
      position += count
    }
  }

  /// Fills the table of positions of one line whose taps along it all lie inside: [tiles][time x height][6].
  func fillJoined(_ positions: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let place = ConvolutionPlace(positions.lowerBound, extent, shape)
    let step = shape.stride.w * input.pitch
    let lines = shape.kernel.t * shape.kernel.h
    let tiles = (positions.count + tilePositions - 1) / tilePositions
    for kt in 0..<shape.kernel.t {
      let t = place.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
        let line = ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w + place.w
        let start = UnsafePointer(input.start) + line * input.pitch
        var target = rows + (kt * shape.kernel.h + kh) * tilePositions
        for tile in 0..<tiles {
          for i in 0..<tilePositions {
            target[i] = inside ? start + min(tile * tilePositions + i, positions.count - 1) * step : zeros
          }
          target += lines * tilePositions
        }
      }
    }
  }

  private func fillPointwise(_ positions: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let count = (positions.count + tilePositions - 1) / tilePositions * tilePositions
    let start = UnsafePointer(input.start) + positions.lowerBound * input.pitch
    for i in 0..<count { rows[i] = start + min(i, positions.count - 1) * input.pitch }
  }

  private func fillTile(_ first: Int, _ count: Int, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let place = ConvolutionPlace(first, extent, shape)
    let inOneRow = first % extent.w + count <= extent.w && count == tilePositions
    if inOneRow { return fillRow(place, rows) }
    for i in 0..<tilePositions {
      fillPosition(ConvolutionPlace(first + min(i, count - 1), extent, shape), rows + i)
    }
  }

  /// Six neighbours of one output row: their addresses are evenly spaced.
  private func fillRow(_ place: ConvolutionPlace, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    var target = rows
    let step = shape.stride.w * input.pitch
    for kt in 0..<shape.kernel.t {
      let t = place.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
        let row =
          UnsafePointer(input.start) + ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
          * input.pitch
        for kw in 0..<shape.kernel.w {
          let w = place.w + kw * shape.dilation.w
          if !inside {
            for i in 0..<tilePositions { target[i] = zeros }
          } else if w >= 0 && w + 5 * shape.stride.w < input.extent.w {
            let start = row + w * input.pitch
            for i in 0..<tilePositions { target[i] = start + i * step }
          } else {
            for i in 0..<tilePositions {
              let at = w + i * shape.stride.w
              target[i] = at >= 0 && at < input.extent.w ? row + at * input.pitch : zeros
            }
          }
          target += tilePositions
        }
      }
    }
  }

  /// The taps of one position, six places apart.
  private func fillPosition(_ place: ConvolutionPlace, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    var target = rows
    for kt in 0..<shape.kernel.t {
      let t = place.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
        let row =
          UnsafePointer(input.start) + ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
          * input.pitch
        for kw in 0..<shape.kernel.w {
          let w = place.w + kw * shape.dilation.w
          target.pointee = inside && w >= 0 && w < input.extent.w ? row + w * input.pitch : zeros
          target += tilePositions
        }
      }
    }
  }
}

/// Where the first tap of an output position lies in the input; it may be in the padding.
struct ConvolutionPlace {
  let n: Int
  let t: Int
  let h: Int
  let w: Int

  init(_ position: Int, _ extent: Extent3, _ shape: ConvolutionShape) {
    w = position % extent.w * shape.stride.w - shape.padding.w
    h = position / extent.w % extent.h * shape.stride.h - shape.padding.h
    t = position / (extent.w * extent.h) % extent.t * shape.stride.t - shape.padding.t
    n = position / extent.count
  }
}
