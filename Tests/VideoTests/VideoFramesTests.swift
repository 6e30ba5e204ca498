import Files
import ImageFiles
import Imaging
import TestSupport
import Testing
import Video

@Suite struct VideoFramesTests {
  /// By hand: at 10 fps, 30 fps frames 0 to 4 are nearest to 0, 0, 1, 1, 1.
  @Test func slowVideosRepeatFrames() throws {
    let frames = try VideoFrames(path: fixture("slow.mp4"), framesPerSecond: 30)
    #expect(frames.frameCount == 36)
    #expect((0..<8).map { frames.sourceFrame(of: $0) } == [0, 0, 1, 1, 1, 2, 2, 2])
    for index in 0..<frames.frameCount {
      #expect(shownNumber(try frames.frame(at: index)) == min(11, (index + 1) / 3))
    }
  }

  /// By hand: 25 fps seen at 30: frame 3 lies at 0.1 s, midway between 0.08 and 0.12; the earlier wins.
  @Test func tiesGoToTheEarlierFrame() throws {
    let frames = try VideoFrames(path: fixture("bframes.mp4"), framesPerSecond: 30)
    #expect((0...6).map { frames.sourceFrame(of: $0) } == [0, 1, 2, 2, 3, 4, 5])
    #expect(frames.sourceFrame(of: 9) == 7)
    #expect(frames.frameCount == 72)
  }

  @Test func nearlyThirtyIsThirty() throws {
    let frames = try VideoFrames(path: fixture("ntsc.mp4"), framesPerSecond: 30)
    #expect(frames.frameCount == 60)
    #expect((0..<60).allSatisfy { frames.sourceFrame(of: $0) == $0 })
  }

  /// By hand: 2.4 s are 72 frames of a thirtieth; at 2.39 s the 72nd from 0 would be the nearest, which is none.
  @Test func timesOfKeyFrames() throws {
    let frames = try VideoFrames(path: fixture("bframes.mp4"), framesPerSecond: 30)
    #expect(frames.times(every: 1) == [0, 1, 2])
    #expect(frames.times(every: 1, parts: 2) == [0, 0.5, 1, 1.5, 2])
    #expect(frames.times(every: 2.39) == [0])
    #expect(frames.times(every: 2.38) == [0, 2.38])
    #expect(frames.times(every: 5) == [0] && frames.times(every: 0.8).count == 3)
  }

  /// Independent formulation: the nearest frame by search over all times.
  @Test(arguments: [7.5, 10, 24, 25, 29.97, 30, 60, 1000.0 / 7]) func nearestInTime(rate: Double) throws {
    for name in ["vfr.mkv", "offset.ts", "editlist.mp4"] {
      let frames = try VideoFrames(path: fixture(name), framesPerSecond: rate)
      let reader = frames.source
      for index in 0..<frames.frameCount {
        let wanted = Double(index) / rate
        let gaps = (0..<reader.frameCount).map { abs(reader.time(of: $0) - wanted) }
        let smallest = gaps.min() ?? 0
        let earliest = gaps.firstIndex { $0 <= smallest + 1e-9 }
        #expect(frames.sourceFrame(of: index) == earliest, "\(name) at \(rate), frame \(index)")
      }
    }
  }

  /// The 2.4 seconds of the video are AVA's 900 to 902.4 where more times lie inside them so.
  @Test func whereTheRowsCountFrom() throws {
    let frames = try VideoReader(path: fixture("bframes.mp4"))
    for (times, start) in [
      ([], 0), ([0, 1, 2], 0), ([902], 900), ([901, 902, 903, 1798], 900), ([1, 901], 0), ([1, 901, 902], 900),
      ([5, 6], 0), ([899, 903], 0),
    ] as [([Double], Double)] {
      #expect(frames.startingSecond(for: times, orFrom: 900) == start, "\(times)")
    }
  }

  @Test func numbersOutsideAreErrors() throws {
    let frames = try VideoFrames(path: fixture("slow.mp4"), framesPerSecond: 30)
    #expect(errorText { _ = try frames.frame(at: 36) }.contains("36 frames"))
    #expect(errorText { _ = try frames.frame(at: -1) }.contains("frame -1"))
    #expect(errorText { _ = try frames.source.frame(at: 12) }.contains("12 frames"))
    #expect(errorText { _ = try VideoFrames(path: fixture("slow.mp4"), framesPerSecond: 0) }.contains("positive"))
  }

  /// The frames that ffmpeg extracted at 30 fps as JPEG, against the video: every listed frame is nearer to the
  /// frame of its number than to either neighbour.
  @Test(.enabled(if: sharedFolder != nil, "needs the shared golden data")) func picksTheListsFrames() throws {
    let shared = try #require(sharedFolder)
    let frames = try VideoFrames(path: shared + "/data/videos/basketball1.mp4", framesPerSecond: 30)
    let folder = shared + "/golden/pipeline/basketball/frames/basketball1"
    let names = try listFolder(folder)
    #expect(names.count == 273 && frames.frameCount == 300)
    // Levels here and there are enough to tell frames apart; all of them would take minutes where memory is watched.
    func distance(_ a: Image, _ b: Image) -> Double {
      let places = Array(stride(from: 0, to: a.pixels.count, by: 101))
      return Double(places.reduce(0) { $0 + abs(Int(a.pixels[$1]) - Int(b.pixels[$1])) })
        / Double(places.count)
    }
    var previous: Image?
    var current = try frames.frame(at: 0)
    for (index, name) in names.enumerated() {
      let listed = try readImage(path: folder + "/" + name)
      let next = try frames.frame(at: index + 1)
      let own = distance(listed, current)
      #expect(own < 1.6, "\(name)")
      #expect(own < distance(listed, next), "\(name)")
      if let previous { #expect(own < distance(listed, previous), "\(name)") }
      (previous, current) = (current, next)
    }
  }
}
