internal import MicroKernels
internal import Tensors

/// Finds where the taps of output pixels lie in an input: the addresses that product kernels read.
struct PixelRows {
  let input: FeatureMap
  let extent: Extent3
  let shape: ConvolutionShape
  /// As many zeros as an input pixel has channels: what the padding looks like.
  let zeros: UnsafePointer<Float>

  /// Fills the table of a block: [tiles][taps][6].
  ///
  /// - Parameters:
  ///   - pixels: Output pixels; the last tile repeats its last pixel where they are no multiple of six.
  ///   - rows: Room for 6 x taps addresses per six pixels.
  func fill(_ pixels: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    if shape.isPointwise { return fillPointwise(pixels, rows) }
    var target = rows
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let count = min(tilePixels, pixels.upperBound - pixel)
      fillTile(pixel, count, target)
      target += tilePixels * shape.kernel.count
      pixel += count
    }
  }

  /// Fills the table of pixels of one line whose taps along it all lie inside: [tiles][time x height][6].
  func fillJoined(_ pixels: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let place = ConvolutionPlace(pixels.lowerBound, extent, shape)
    let step = shape.stride.w * input.pitch
    let lines = shape.kernel.t * shape.kernel.h
    let tiles = (pixels.count + tilePixels - 1) / tilePixels
    for kt in 0..<shape.kernel.t {
      let t = place.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let h = place.h + kh * shape.dilation.h
        let inside = t >= 0 && t < input.extent.t && h >= 0 && h < input.extent.h
        let line = ((place.n * input.extent.t + t) * input.extent.h + h) * input.extent.w + place.w
        let start = UnsafePointer(input.start) + line * input.pitch
        var target = rows + (kt * shape.kernel.h + kh) * tilePixels
        for tile in 0..<tiles {
          for i in 0..<tilePixels {
            target[i] = inside ? start + min(tile * tilePixels + i, pixels.count - 1) * step : zeros
          }
          target += lines * tilePixels
        }
      }
    }
  }

  private func fillPointwise(_ pixels: Range<Int>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let count = (pixels.count + tilePixels - 1) / tilePixels * tilePixels
    let start = UnsafePointer(input.start) + pixels.lowerBound * input.pitch
    for i in 0..<count { rows[i] = start + min(i, pixels.count - 1) * input.pitch }
  }

  private func fillTile(_ first: Int, _ count: Int, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let place = ConvolutionPlace(first, extent, shape)
    let inOneRow = first % extent.w + count <= extent.w && count == tilePixels
    if inOneRow { return fillRow(place, rows) }
    for i in 0..<tilePixels {
      fillPixel(ConvolutionPlace(first + min(i, count - 1), extent, shape), rows + i)
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
            for i in 0..<tilePixels { target[i] = zeros }
          } else if w >= 0 && w + 5 * shape.stride.w < input.extent.w {
            let start = row + w * input.pitch
            for i in 0..<tilePixels { target[i] = start + i * step }
          } else {
            for i in 0..<tilePixels {
              let at = w + i * shape.stride.w
              target[i] = at >= 0 && at < input.extent.w ? row + at * input.pitch : zeros
            }
          }
          target += tilePixels
        }
      }
    }
  }

  /// The taps of one pixel, six places apart.
  private func fillPixel(_ place: ConvolutionPlace, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>) {
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
          target += tilePixels
        }
      }
    }
  }
}

/// Where the first tap of an output pixel lies in the input; it may be in the padding.
struct ConvolutionPlace {
  let n: Int
  let t: Int
  let h: Int
  let w: Int

  init(_ pixel: Int, _ extent: Extent3, _ shape: ConvolutionShape) {
    w = pixel % extent.w * shape.stride.w - shape.padding.w
    h = pixel / extent.w % extent.h * shape.stride.h - shape.padding.h
    t = pixel / (extent.w * extent.h) % extent.t * shape.stride.t - shape.padding.t
    n = pixel / extent.count
  }
}
