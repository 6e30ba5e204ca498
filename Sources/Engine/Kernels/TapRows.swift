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

  /// The taps in time that see a frame of the input; the others see padding, for a line's positions all alike.
  ///
  /// - Parameter line: Of the output, counted through frames and batch.
  func tapsInside(_ line: Int) -> Range<Int> {
    let place = ConvolutionPlace(line * extent.w, extent, shape)
    let step = shape.dilation.t
    let first = min(shape.kernel.t, max(0, (-place.t + step - 1) / step))
    let last = place.t >= input.extent.t ? 0 : (input.extent.t - 1 - place.t) / step + 1
    return first..<max(first, min(shape.kernel.t, last))
  }

  /// The positions of a line whose taps along it all lie inside.
  var columnsInside: Range<Int> {
    let before = min(extent.w, (shape.padding.w + shape.stride.w - 1) / shape.stride.w)
    // The first output that sees something after the line's end.
    let room = input.extent.w + shape.padding.w - shape.kernel.w
    return before..<max(before, min(extent.w, room < 0 ? 0 : room / shape.stride.w + 1))
  }

  /// Fills the table of a line, what a position sees of a line of the input counting as one tap: [tiles][time x height][6].
  ///
  /// - Parameters:
  ///   - line: Of the output, counted through frames and batch.
  ///   - taps: Those in time that the table has.
  ///   - windows: Where what positions see at a line's ends is written out, with its padding.
  func fillJoined(
    _ line: Int, taps: Range<Int>, windows: UnsafeMutablePointer<Float>,
    _ rows: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let place = ConvolutionPlace(line * extent.w, extent, shape)
    let step = shape.stride.w * input.pitch
    let columns = columnsInside
    let lines = taps.count * shape.kernel.h
    let tiles = (extent.w + tilePositions - 1) / tilePositions
    var window = windows
    for kt in taps {
      let t = place.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        let first = rows + ((kt - taps.lowerBound) * shape.kernel.h + kh) * tilePositions
        func put(_ address: UnsafePointer<Float>, _ position: Int) {
          first[position / tilePositions * lines * tilePositions + position % tilePositions] = address
        }
        let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
        if inside {
          let line =
            UnsafePointer(input.start) + ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
            * input.pitch
          for position in columns { put(line + (place.w * input.pitch + position * step), position) }
          for ends in [0..<columns.lowerBound, columns.upperBound..<extent.w] {
            for position in ends {
              copyWindow(line, from: place.w + position * shape.stride.w, window)
              put(window, position)
              window += shape.kernel.w * input.pitch
            }
          }
        } else {
          for position in 0..<extent.w { put(zeros, position) }
        }
        // The last tile repeats the line's last position.
        let last = first + (tiles - 1) * lines * tilePositions
        let count = extent.w - (tiles - 1) * tilePositions
        for i in count..<tilePositions { last[i] = last[count - 1] }
      }
    }
  }

  /// Writes out what a position sees of a line, zeros where it sees none of it.
  private func copyWindow(_ line: UnsafePointer<Float>, from column: Int, _ window: UnsafeMutablePointer<Float>) {
    window.update(repeating: 0, count: shape.kernel.w * input.pitch)
    let first = max(0, column)
    let count = min(input.extent.w, column + shape.kernel.w) - first
    guard count > 0 else { return }
    (window + (first - column) * input.pitch).update(from: line + first * input.pitch, count: count * input.pitch)
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
