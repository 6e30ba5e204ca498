import Clips
import Geometry
import Imaging
import Tensors
import Testing
import Visualization

struct PictureTests {
  private func preprocessing(_ order: ChannelOrder) -> Preprocessing {
    Preprocessing(
      view: View(shortSide: 4), backend: .cv2, mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 0.2], order: order)
  }

  /// A clip of one grey-level picture and a red, green and blue pixel, as the network sees it, is those pixels again.
  @Test(arguments: [ChannelOrder.rgb, .bgr]) func normalisationIsTakenBack(_ order: ChannelOrder) {
    let colors: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]
    let own = preprocessing(order)
    let clip = FeatureMap(zeros: 1, Extent3(2, 2, 2), channels: 3)
    for position in 0..<8 {
      for c in 0..<3 {
        // Means are of blue, green and red.
        let place = order == .bgr ? 2 - c : c
        let value = (Float(colors[position % 4][c]) / 255 - own.mean[2 - c]) / own.std[2 - c]
        clip.set(position < 4 ? 0 : value, position: position, channel: place)
      }
    }
    let pictures = ClipPictures(clip, frames: [1], own)
    #expect(pictures.frames.count == 1 && pictures.frames[0].order == .rgb)
    #expect(pictures.frames[0].pixels == colors.flatMap(\.self))
  }

  @Test func heatCoversTheFramesInPart() throws {
    let clip = FeatureMap(zeros: 1, Extent3(1, 1, 2), channels: 3)
    let own = Preprocessing(
      view: View(shortSide: 1), backend: .cv2, mean: [0.4, 0.4, 0.4], std: [1, 1, 1], order: .rgb)
    let pictures = ClipPictures(clip, frames: [0], own)
    let heat = HeatMap(Extent3(1, 1, 2), [0, 1])
    func pixels(_ opacity: Float) throws -> [UInt8] {
      try pictures.blended(with: heat, Colormap("gray"), opacity: opacity)[0].pixels
    }
    #expect(try pixels(0) == [102, 102, 102, 102, 102, 102])
    #expect(try pixels(1) == [0, 0, 0, 255, 255, 255])
    #expect(try pixels(0.5) == [51, 51, 51, 179, 179, 179])
  }

  @Test func boxesHaveAnEdge() {
    let clip = FeatureMap(zeros: 1, Extent3(1, 9, 9), channels: 3)
    let own = Preprocessing(
      view: View(shortSide: 9), backend: .cv2, mean: [0.4, 0.4, 0.4], std: [1, 1, 1], order: .rgb)
    let pictures = ClipPictures(clip, frames: [0], own)
    let drawn = pictures.outlined(PixelBox(x1: 2, y1: 2, x2: 6, y2: 6))[0]
    func level(_ x: Int, _ y: Int) -> UInt8 { drawn.pixels[3 * (9 * y + x)] }
    #expect((0..<9).map { level($0, 4) } == [102, 0, 255, 0, 102, 0, 255, 0, 102])
    #expect(level(4, 2) == 255 && level(4, 1) == 0 && level(0, 0) == 102)
    // Beyond the picture nothing is drawn, and nothing breaks.
    let beyond = pictures.outlined(PixelBox(x1: -5, y1: -5, x2: 20, y2: 20))[0]
    #expect(beyond.pixels == pictures.frames[0].pixels && pictures.outlined(nil)[0].pixels == beyond.pixels)
  }

  @Test func picturesStandInRows() {
    func plain(_ level: UInt8) -> Image {
      Image(size: ImageSize(width: 2, height: 1), order: .rgb, pixels: [UInt8](repeating: level, count: 6))
    }
    let all = tiled([plain(1), plain(2), plain(3)], columns: 2)
    #expect(all.size == ImageSize(width: 6, height: 4))
    func row(_ y: Int) -> [UInt8] { (0..<6).map { all.pixels[3 * (6 * y + $0)] } }
    #expect(row(0) == [1, 1, 255, 255, 2, 2] && row(1) == row(2) && row(3) == [3, 3, 255, 255, 255, 255])
    #expect(plain(7).enlarged(3).size == ImageSize(width: 6, height: 3))
  }

  /// The least number of all channels that are drawn has the first colour, the largest the last.
  @Test func channelsShareTheirColours() throws {
    let map = FeatureMap(zeros: 1, Extent3(1, 48, 48), channels: 3)
    for position in 0..<map.positions {
      for c in 0..<3 { map.set(Float(c), position: position, channel: c) }
    }
    let drawing = LayerPictures(try Colormap("gray"))
    let image = drawing.channels(map, [0, 1, 2])
    #expect(image.size == ImageSize(width: 194, height: 194))
    func level(_ x: Int, _ y: Int) -> UInt8 { image.pixels[3 * (194 * y + x)] }
    #expect(level(0, 0) == 0 && level(120, 0) == 128 && level(0, 120) == 255)
    #expect(drawing.means(map).pixels.allSatisfy { $0 == 0 })
  }

  /// Kernels over colours: grey is nothing, red is red whatever the order of the network's channels.
  @Test func kernelsHaveColours() throws {
    let drawing = LayerPictures(try Colormap("gray"))
    // One output, two frames of 1 x 1: red first, then nothing.
    let image = drawing.kernels(Tensor([1, 3, 2, 1, 1], [0, 0, 0, 0, 2, 0]), isBGR: true)
    #expect(image.size == ImageSize(width: 194, height: 96))
    #expect(Array(image.pixels.prefix(3)) == [255, 128, 128])
    #expect(Array(image.pixels[3 * 120..<3 * 120 + 3]) == [128, 128, 128])
    let planes = drawing.kernels(Tensor([2, 1, 1, 1, 1], [1, 2]), isBGR: false)
    #expect(planes.size == ImageSize(width: 194, height: 96) && planes.pixels[0] == 0)
  }
}
