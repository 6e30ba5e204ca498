import Clips
import Geometry
import Imaging
import Tensors
import TestSupport
import Testing

/// Pictures that count how often each is decoded.
final class CountingFrames: FrameSource {
  struct Broken: Error, Equatable { let frame: Int }

  let name = "counting"
  private let images: [Image]
  private let broken: Int?
  private(set) var decoded: [Int] = []

  init(images: [Image], broken: Int? = nil) {
    self.images = images
    self.broken = broken
  }

  /// Small pictures, frame i all of value i.
  convenience init(count: Int, broken: Int? = nil) {
    let images = (0..<count).map { index in
      Image(
        size: ImageSize(width: 6, height: 4), order: .bgr,
        pixels: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 72))
    }
    self.init(images: images, broken: broken)
  }

  var frameCount: Int { images.count }
  var size: ImageSize { images[0].size }
  let framesPerSecond = 30.0

  func frame(at index: Int) throws -> Image {
    decoded.append(index)
    if index == broken { throw Broken(frame: index) }
    return images[index]
  }
}

struct ClipReaderTests {
  private func reader(_ source: CountingFrames, frames: Int = 8, rate: Int = 4) -> ClipReader {
    ClipReader(source, window: ClipWindow(frames: frames, rate: rate), preprocessing: preprocessing(4))
  }

  /// The frame numbers that a clip shows, read back from its pixels.
  private func numbers(_ clip: FeatureMap) -> [Int] {
    let plane = clip.extent.h * clip.extent.w * 3
    return (0..<clip.extent.t).map { Int(((clip.start[$0 * plane] * 0.225 + 0.45) * 255).rounded()) }
  }

  @Test func eachFrameIsDecodedOnceWhileClipsOverlap() throws {
    let source = CountingFrames(count: 200)
    let reader = reader(source)
    for center in stride(from: 0, through: 190, by: 10) {
      reader.forget(before: center)
      let clip = try reader.clip(around: center)
      #expect(clip.extent == Extent3(8, 4, 6))
      #expect(numbers(clip) == reader.window.indices(around: center, count: 200))
    }
    #expect(Set(source.decoded).count == source.decoded.count, "no frame twice")
  }

  @Test func framesBeforeTheWindowAreDropped() throws {
    let source = CountingFrames(count: 250)
    let reader = reader(source)
    _ = try reader.clip(around: 50)
    #expect(source.decoded == [34, 38, 42, 46, 50, 54, 58, 62])
    reader.forget(before: 58)
    _ = try reader.clip(around: 50)
    #expect(source.decoded.dropFirst(8) == [34, 38], "the two that are before the window of frame 58")
    reader.forget(before: 200)
    _ = try reader.clip(around: 50)
    #expect(source.decoded.dropFirst(10) == [34, 38, 42, 46, 50, 54, 58, 62])
  }

  @Test func endsRepeatTheFirstAndLastFrame() throws {
    let source = CountingFrames(count: 20)
    let reader = reader(source)
    #expect(try numbers(reader.clip(around: 0)) == [0, 0, 0, 0, 0, 4, 8, 12])
    #expect(try numbers(reader.clip(around: 19)) == [3, 7, 11, 15, 19, 19, 19, 19])
    #expect(try numbers(reader.clip(around: 500)) == [Int](repeating: 19, count: 8))
    #expect(source.decoded == [0, 4, 8, 12, 3, 7, 11, 15, 19])
  }

  @Test func errorsOfTheSourcePassThrough() throws {
    let reader = reader(CountingFrames(count: 100, broken: 52))
    _ = try reader.clip(around: 30)
    #expect(throws: CountingFrames.Broken(frame: 52)) { try reader.clip(around: 60) }
  }

  @Test func frameSizeIsThatOfTheSource() throws {
    let reader = reader(CountingFrames(count: 9))
    #expect(reader.frameSize == nil)
    _ = try reader.clip(around: 3)
    #expect(reader.frameSize == ImageSize(width: 6, height: 4))
  }

  /// A clip that somebody holds stays as it is; what nobody holds is written anew.
  @Test func memoryIsUsedAgainOnceAClipIsLetGo() throws {
    let reader = reader(CountingFrames(count: 250))
    var held = try reader.clip(around: 40)
    let first = numbers(held)
    var places: Set<UnsafeMutablePointer<Float>> = [held.start]
    for center in stride(from: 50, to: 240, by: 10) {
      let clip = try reader.clip(around: center)
      #expect(numbers(clip) == reader.window.indices(around: center, count: 250))
      places.insert(clip.start)
    }
    #expect(numbers(held) == first)
    #expect(places.count == 2)
    held = try reader.clip(around: 60)
    #expect(places.contains(held.start))
  }

  /// The sum of what the steps cost, and what was decoded.
  @Test func costsAreAddedUp() throws {
    let costs = PipelineCosts()
    let reader = ClipReader(
      CountingFrames(count: 100), window: ClipWindow(frames: 8, rate: 4), preprocessing: preprocessing(4), costs: costs)
    _ = try reader.clip(around: 50)
    #expect(costs.decodedFrames == 8)
    #expect(costs.seconds(.decoding) > 0 && costs.seconds(.resizing) > 0 && costs.seconds(.normalising) > 0)
    #expect(costs.seconds(.opening) == 0 && costs.network == 0)
  }
}
