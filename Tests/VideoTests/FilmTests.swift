import Files
import Geometry
import Imaging
import TestSupport
import Testing
import Video

/// A layer of one colour in a box, over nothing elsewhere.
private final class Patch: PictureLayer {
  let size: ImageSize
  private let box: (x: Int, y: Int, width: Int, height: Int)
  private let pixels: [UInt32]

  /// - Parameter pixel: How much is covered, red, green, blue, multiplied with that.
  init(_ size: ImageSize, _ box: (x: Int, y: Int, width: Int, height: Int), _ pixel: UInt32) {
    self.size = size
    self.box = box
    pixels = Array(repeating: pixel, count: box.width * box.height)
  }

  func forEachTile(_ body: (LayerTile) -> Void) {
    if pixels.isEmpty { return }
    pixels.withUnsafeBufferPointer {
      body(
        LayerTile(x: box.x, y: box.y, width: box.width, height: box.height, pixels: $0.baseAddress!, stride: box.width))
    }
  }
}

/// Numbered pictures at ten a second, some of them damaged.
private final class Pictures: FrameSource {
  let name = "pictures"
  let size: ImageSize
  let framesPerSecond = 10.0
  let damaged: Set<Int>
  /// Drawn once: pixel by pixel, that takes the sanitizers longer than all that is tested.
  private let images: [Image]
  var frameCount: Int { images.count }

  init(_ size: ImageSize, damaged: Set<Int> = [], count: Int = 12) {
    (self.size, self.damaged) = (size, damaged)
    images = (0..<count).map { WritingTests.numbered($0, width: size.width, height: size.height) }
  }

  func frame(at index: Int) throws -> Image {
    if damaged.contains(index) { throw FrameDamage(frame: index, cause: "a scratch", description: "a scratch") }
    return images[index]
  }
}

private func even(_ size: ImageSize) -> FilmLayout { FilmLayout(frame: size, height: size.height) }

@discardableResult
private func film(
  _ frames: any FrameSource, to path: String, _ layout: FilmLayout, quality: Int = 0, threads: Int = 2,
  sound: Bool = true,
  _ draw: @escaping (Double) -> any PictureLayer
) throws -> FilmResult {
  try writeFilm(
    frames, to: path, layout, FilmSettings(quality: quality, keepsSound: sound, threads: threads), scene: { $0 },
    with: {}, draw: { time, _ in draw(time) }, progress: { _ in })
}

private func nothing(_ layout: FilmLayout) -> (Double) -> any PictureLayer {
  { _ in Patch(layout.size, (0, 0, 0, 0), 0) }
}

/// Films of videos and pictures, read back.
@Suite struct FilmTests {
  private let folder = TemporaryFolder()

  private func path(_ name: String) -> String { joinPath(folder.path, name) }

  /// Metamorphic: where nothing is lost and nothing is drawn, the film's pixels are the video's, at the same times.
  @Test(arguments: ["ntsc.mp4", "vfr.mkv", "editlist.mp4", "small.wmv"])
  func pixelsAreTheVideosOwn(name: String) throws {
    defer { folder.remove() }
    let video = try VideoReader(path: fixture(name))
    let layout = even(video.size)
    #expect(try film(video, to: path("a.mp4"), layout, nothing(layout)).damaged == 0)
    let made = try VideoReader(path: path("a.mp4"))
    #expect(made.frameCount == video.frameCount)
    for number in 0..<video.frameCount {
      #expect(abs(made.time(of: number) - video.time(of: number)) < 1e-4)
      #expect(try difference(made.frame(at: number).pixels, video.frame(at: number).pixels) == nil, "frame \(number)")
    }
  }

  /// Turned, of more bits, of full range, of other chroma: not the same bytes, the same picture.
  @Test(arguments: [
    "rotated90.mp4", "rotated180.mp4", "rotated270.mp4", "tenbit.mkv", "fullrange.mp4", "bframes.mp4", "mjpeg.avi",
  ])
  func picturesLookAlike(name: String) throws {
    defer { folder.remove() }
    let video = try VideoReader(path: fixture(name))
    let layout = even(video.size)
    try film(video, to: path("a.mp4"), layout, nothing(layout))
    let made = try VideoReader(path: path("a.mp4"))
    #expect(made.size == layout.size && made.size.width - video.size.width == video.size.width % 2)
    let (found, wanted) = (try made.frame(at: 3), try video.frame(at: 3))
    var sum = 0
    for y in 0..<wanted.height {
      for x in 0..<wanted.width * 3 {
        sum += abs(Int(found.pixels[y * found.width * 3 + x]) - Int(wanted.pixels[y * wanted.width * 3 + x]))
      }
    }
    // A frame turned wrongly or colours of another matrix are 14 and more levels off.
    #expect(Double(sum) / Double(wanted.pixels.count) < 6, "\(name): \(Double(sum) / Double(wanted.pixels.count))")
  }

  @Test func framesAreScaledIntoTheirPlace() throws {
    defer { folder.remove() }
    let video = try VideoReader(path: fixture("rotated90.mp4"))
    let layout = FilmLayout(frame: ImageSize(width: 128, height: 192), height: 231)
    #expect(layout.size == ImageSize(width: 128, height: 232))
    try film(video, to: path("a.mp4"), layout, nothing(layout))
    let made = try VideoReader(path: path("a.mp4")).frame(at: 2)
    #expect(made.size == layout.size)
    let below = colour(made, 0.5, 210 / 232)
    #expect(below.allSatisfy { $0 < 6 }, "\(below)")
    let original = try video.frame(at: 2)
    for (x, y) in [(0.2, 0.5), (0.8, 0.5), (0.2, 0.9), (0.8, 0.9)] {
      let (found, wanted) = (colour(made, x, y * 192 / 232), colour(original, x, y))
      #expect(name(of: found) == name(of: wanted), "at \(x), \(y)")
    }
  }

  /// By hand: BT.601 makes of red (230, 30, 40) luma 95; half covered, a picture is half itself.
  @Test(arguments: [false, true]) func layersLieOverThePicture(isImage: Bool) throws {
    defer { folder.remove() }
    let size = ImageSize(width: 96, height: 64)
    let source: any FrameSource = isImage ? Pictures(size) : try VideoReader(path: fixture("ntsc.mp4"))
    func drawn(_ pixel: UInt32) throws -> Image {
      try film(source, to: path("a.mp4"), even(size)) { _ in Patch(size, (16, 40, 32, 16), pixel) }
      return try VideoReader(path: path("a.mp4")).frame(at: 1)
    }
    let plain = try drawn(0)
    let red = try drawn(0xFFE6_1E28)
    let inside = colour(red, 32 / 96, 48 / 64)
    #expect(zip(inside, [40, 30, 230]).allSatisfy { abs($0 - $1) < 6 }, "\(inside)")
    let half = try drawn(0x8073_0F14)
    let mixed = colour(half, 32 / 96, 48 / 64)
    let under = colour(plain, 32 / 96, 48 / 64)
    for channel in 0..<3 { #expect(abs(mixed[channel] - (under[channel] + inside[channel]) / 2) < 6, "\(mixed)") }
    // Beside the box nothing changes.
    for (x, y) in [(0, 0), (4, 50), (62, 50), (30, 28), (95, 63)] {
      let place = (y * 96 + x) * 3
      #expect(Array(red.pixels[place..<place + 3]) == Array(plain.pixels[place..<place + 3]), "\(x), \(y)")
    }
  }

  /// Frames, layers, settings: the number of threads is none of them.
  @Test(arguments: [ImageSize(width: 96, height: 64), ImageSize(width: 2048, height: 1536)])
  func threadsChangeNoByte(size: ImageSize) throws {
    defer { folder.remove() }
    let pictures = Pictures(size, count: size.width > 1000 ? 6 : 12)
    for threads in [1, 2, 5] {
      try film(pictures, to: path("\(threads).mp4"), even(size), quality: 23, threads: threads) { time in
        Patch(size, (Int(time * 10) * 2, 8, 16, 16), 0xFFFF_FFFF)
      }
    }
    for threads in [2, 5] { #expect(try fileDifference(path("\(threads).mp4"), path("1.mp4")) == nil, "\(threads)") }
  }

  @Test func scenesComeInOrderAndErrorsEndTheFilm() throws {
    defer { folder.remove() }
    struct Stop: Error {}
    let layout = even(ImageSize(width: 96, height: 64))
    var times: [Double] = []
    func write(_ scene: @escaping (Double) throws -> Double, _ progress: (Int) throws -> Void) throws {
      _ = try writeFilm(
        Pictures(layout.size), to: path("a.mp4"), layout, FilmSettings(threads: 4), scene: scene, with: {},
        draw: { _, _ in Patch(layout.size, (0, 0, 0, 0), 0) }, progress: progress)
    }
    var done: [Int] = []
    try write({
      times.append($0); return $0
    }) { done.append($0) }
    #expect(times == (0..<12).map { Double($0) / 10 } && done == Array(1...12))
    removeFile(path("a.mp4"))
    #expect(throws: Stop.self) {
      try write({
        if $0 > 0.5 { throw Stop() }; return $0
      }) { _ in }
    }
    #expect(throws: Stop.self) { try write({ $0 }) { if $0 == 7 { throw Stop() } } }
    #expect(try listFolder(folder.path).isEmpty)
  }

  @Test func damagedFramesKeepThePictureBefore() throws {
    defer { folder.remove() }
    let size = ImageSize(width: 96, height: 64)
    let source = Pictures(size, damaged: [0, 4, 5])
    #expect(try film(source, to: path("a.mp4"), even(size), nothing(even(size))).damaged == 3)
    let made = try VideoReader(path: path("a.mp4"))
    #expect(try made.frameCount == 9 && shownNumber(made.frame(at: 0)) == 1)
    #expect(throws: FrameDamage.self) {
      try film(Pictures(size, damaged: Set(0..<12)), to: path("b.mp4"), even(size), nothing(even(size)))
    }
  }

  // MARK: Sound

  /// 300 samples of the fixtures' sound, between two borders of packets.
  private static let samples: [UInt8] = (4200..<4500).flatMap { n -> [UInt8] in
    let value = n * 37 % 65536
    return [UInt8(value % 256), UInt8(value / 256)]
  }

  private func holds(_ path: String, _ bytes: [UInt8]) throws -> Bool {
    try readFile(path, doing: "reading").firstRange(of: bytes) != nil
  }

  @Test func soundIsCopied() throws {
    defer { folder.remove() }
    for name in ["sound.mov", "sound.mp4"] {
      let video = try VideoReader(path: fixture(name))
      let layout = even(video.size)
      let result = try film(video, to: path(name), layout, nothing(layout))
      #expect(result.notices.isEmpty)
      let info = try VideoReader(path: path(name)).info
      #expect(info.streams.map(\.kind) == ["video", "audio"])
      #expect(
        info.streams[1].codec == video.info.streams[1].codec
          && info.streams[1].language == (name == "sound.mp4" ? "deu" : nil))
      #expect(abs((info.streams[1].duration ?? 0) - (video.info.streams[1].duration ?? 9)) < 0.01)
    }
    for file in [fixture("sound.mov"), path("sound.mov")] { #expect(try holds(file, Self.samples), "\(file)") }
  }

  @Test func soundThatTheContainerCannotTakeIsNamed() throws {
    defer { folder.remove() }
    let video = try VideoReader(path: fixture("sound.mov"))
    let layout = even(video.size)
    let result = try film(video, to: path("a.mp4"), layout, nothing(layout))
    #expect(result.notices.count == 1)
    #expect(
      result.notices.first?.contains("without the sound of stream 1: pcm_s16le cannot stand in this container") == true)
    #expect(try VideoReader(path: path("a.mp4")).info.streams.map(\.kind) == ["video"])
  }

  @Test func soundIsLeftOutWhereItIsNotWanted() throws {
    defer { folder.remove() }
    let video = try VideoReader(path: fixture("sound.mp4"))
    let layout = even(video.size)
    #expect(try film(video, to: path("a.mp4"), layout, sound: false, nothing(layout)).notices.isEmpty)
    #expect(try VideoReader(path: path("a.mp4")).info.streams.map(\.kind) == ["video"])
  }
}
