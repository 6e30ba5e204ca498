import Files
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing
import Video

@Suite struct VideoIndexTests {
  /// Two readers of one survey, in turn, show what a reader of its own shows; one of them backwards.
  @Test(arguments: ["bframes.mp4", "offset.ts", "vp8.webm", "raw.h264", "vfr.mkv", "skipped.avi"])
  func anIndexHandedOnIsAFreshOpen(_ name: String) throws {
    let fresh = try VideoReader(path: fixture(name))
    let index = try VideoIndex(path: fixture(name))
    let (one, other) = (try VideoReader(index), try VideoReader(index))
    #expect(index.frameCount == fresh.frameCount && index.duration == fresh.duration && index.notices == fresh.notices)
    #expect(index.info.describe == fresh.info.describe)
    let all = 0..<fresh.frameCount
    #expect(all.map { one.time(of: $0) } == all.map { fresh.time(of: $0) })
    func shown(_ reader: VideoReader, _ number: Int) -> String {
      do { return "\(checksum(try reader.frame(at: number)))" } catch { return "\(error)" }
    }
    let expected = all.map { shown(fresh, $0) }
    for number in all.prefix(12) {
      #expect(shown(one, number) == expected[number], "frame \(number)")
      let last = fresh.frameCount - 1 - number
      #expect(shown(other, last) == expected[last], "frame \(last)")
    }
  }

  @Test func aFileThatChangedIsAnError() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/film.mp4"
    let bytes = try readFile(fixture("slow.mp4"), doing: "testing")
    try write(bytes, to: path)
    let index = try VideoIndex(path: path)
    _ = try VideoReader(index)
    try write(bytes + [0], to: path)
    let longer = errorText { _ = try VideoReader(index) }
    #expect(
      longer == "opening a video: '\(path)': the file has changed since its frames were counted: it had "
        + "\(bytes.count) bytes, now it has \(bytes.count + 1) -> run again once nothing writes to it")
    try write(bytes, to: path)
    #expect(errorText { _ = try VideoReader(index) }.contains("it was written since -> run again"))
    try write([], to: path)
    #expect(errorText { _ = try VideoFrames(index, framesPerSecond: 30) }.contains("now it has 0"))
    removeFile(path)
    #expect(errorText { _ = try VideoReader(index) }.contains("film.mp4"))
  }

  /// A list of pictures at 10 a second and a video of 10 a second have the same times, and find the same frames by time.
  @Test func sourcesAgreeOnTimes() throws {
    let video = try VideoReader(path: fixture("slow.mp4"))
    let list = try ImageFrames(
      name: "slow", paths: [String](repeating: "nowhere.png", count: video.frameCount), framesPerSecond: 10)
    #expect(abs(video.framesPerSecond - 10) < 1e-6 && abs(video.duration - list.duration) < 1e-6)
    for number in 0..<video.frameCount { #expect(abs(video.time(of: number) - list.time(of: number)) < 1e-9) }
    for step in -30...150 {
      // Halves among them, which go to the earlier frame.
      let time = Double(step) / 100
      #expect(video.nearest(to: time) == list.nearest(to: time), "\(time) s")
      if step != 120 { #expect(video.frameNumber(at: time) == list.frameNumber(at: time), "\(time) s") }
    }
    #expect([-0.1, 0, 0.05, 0.051, 0.15, 1.19].map { list.frameNumber(at: $0) } == [nil, 0, 0, 1, 1, 11])
    for times in [[901.0, 0.5], [900.1], [0.4, 1.3]] {
      #expect(list.startingSecond(for: times, orFrom: 900) == video.startingSecond(for: times, orFrom: 900), "\(times)")
    }
    let view = try VideoFrames(video, framesPerSecond: 30)
    for number in 0..<view.frameCount {
      #expect(view.sourceFrame(of: number) == list.nearest(to: view.time(of: number)), "frame \(number)")
      #expect(view.nearest(to: view.time(of: number)) == number)
    }
  }

  /// The size is known before a frame is decoded, turned upright.
  @Test(arguments: ["rotated90.mp4", "rotated180.mp4", "slow.mp4", "small.flv", "mjpeg.avi", "animated.gif"])
  func sizesAreThoseOfTheFrames(_ name: String) throws {
    let reader = try VideoReader(path: fixture(name))
    #expect(try reader.size == reader.frame(at: 0).size)
    #expect(try VideoFrames(reader, framesPerSecond: 30).size == reader.size)
  }

  /// Planning takes no decoder: the file is opened when the first frame is asked for, and must still be the same then.
  @Test func aReaderOpensItsFileForTheFirstFrame() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/film.mp4"
    let bytes = try readFile(fixture("slow.mp4"), doing: "testing")
    try write(bytes, to: path)
    let index = try VideoIndex(path: path)
    let (planning, reading) = (try VideoReader(index), try VideoReader(index))
    _ = try reading.frame(at: 0)
    #expect(planning.frameCount == 12 && planning.nearest(to: 0) == 0)
    try write(bytes + [0], to: path)
    _ = try reading.frame(at: 1)
    let text = errorText { _ = try planning.frame(at: 0) }
    #expect(
      text.hasPrefix("reading frame 0 (0.000 s): '\(path)': the file has changed since") && text.contains(" -> "),
      "\(text)")
  }

  /// A catalogue surveys a file once.
  @Test func aCatalogueHandsItsSurveyOn() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/film.mp4"
    let bytes = try readFile(fixture("slow.mp4"), doing: "testing")
    try write(bytes, to: path)
    let catalog = try FrameCatalog(videos: [path])
    #expect(try catalog.open("film")?.frames.frameCount == 12)
    try write(bytes + [0], to: path)
    #expect(errorText { _ = try catalog.open("film") }.contains("has changed since"))
  }
}
