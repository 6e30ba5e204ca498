import Exports
import Geometry
import Testing
import TrackRecords
import Tracks

/// Frames by time, and people on a file's own clock.
@Suite struct ExportedVideoTests {
  @Test func framesByHand() {
    let even = FrameClock(size: ImageSize(width: 4, height: 2), framesPerSecond: 25)
    // Halves lie with the earlier frame.
    #expect([-3, 0, 0.02, 0.021, 0.04, 1, 1e9].map(even.frame(at:)) == [0, 0, 0, 1, 1, 25, 25_000_000_000])
    #expect(even.frames(from: 0.04, to: 0.2) == 1...4 && even.frames(from: 0.04, to: 0.041) == 1...1)
    #expect(even.frameCount == nil && even.duration == nil)
    let uneven = FrameClock(size: ImageSize(width: 4, height: 2), times: [0, 0.1, 0.5, 0.6], duration: 1)
    #expect([-1, 0.05, 0.06, 0.3, 0.31, 0.6, 9].map(uneven.frame(at:)) == [0, 0, 1, 1, 2, 3, 3])
    #expect(uneven.frames(from: 0.1, to: 0.6) == 1...2 && uneven.frames(from: 0.1, to: 1) == 1...3)
    #expect(uneven.frames(from: 0.6, to: 0.6) == 3...3)
    #expect(uneven.framesPerSecond == 4 && uneven.frameCount == 4)
  }

  /// Both ways to keep a constant rate find the same frames.
  @Test func constantRatesAgree() {
    let size = ImageSize(width: 4, height: 2)
    let counted = FrameClock(size: size, framesPerSecond: 30)
    let listed = FrameClock(size: size, times: (0..<90).map { Double($0) / 30 }, duration: 3)
    for step in 0..<290 {
      let time = Double(step) / 100
      #expect(counted.frame(at: time) == listed.frame(at: time), "\(time)")
    }
  }

  @Test func onTheFilesClock() {
    let seen = track(
      1, [(901, stander.sightings[0].box), (903, stander.sightings[0].box), (905, stander.sightings[0].box)])
    let tracks = VideoTracks(
      video: "v", tracks: [seen],
      tubes: [
        tube(seen, 12, 900.5, 901.5), tube(seen, 12, 901, 903.5, score: 0.9), tube(seen, 14, 899, 905.5),
        tube(seen, 15, 905, 905.5),
      ])
    let video = ExportedVideo(tracks, clock: tenASecond, startingSecond: 901)
    #expect(video.people.map(\.id) == [1] && video.outside == 1)
    #expect(video.people[0].sightings.map(\.time) == [0, 2])
    // What begins before the video begins with it; what overlaps is one; what lies behind its end is not there.
    #expect(
      video.people[0].actions == [
        ActionInterval(action: 12, start: 0, end: 2.5, score: 0.9),
        ActionInterval(action: 14, start: 0, end: 4, score: 0.5),
      ])
    let unknown = ExportedVideo(tracks, clock: nil, startingSecond: 0)
    #expect(unknown.outside == 0 && unknown.people[0].actions.count == 3)
  }

  @Test("Tubes bring their boxes where there are no tracks; those of two actions are one person's")
  func tubesAlone() {
    let found = ExportedVideo(
      VideoTracks(video: "v", tracks: [stander], tubes: [tube(walker, 14, 0.5, 2.5), tube(walker, 12, 0.5, 1.5)]),
      clock: nil, startingSecond: 0)
    #expect(found.people.map(\.id) == [3, 7] && found.people[0].sightings == walker.sightings)
    #expect(found.people[0].actions.map(\.action) == [12, 14] && found.people[1].actions.isEmpty)
  }

  @Test func startingSeconds() {
    func start(_ times: [Double], _ duration: Double?) -> Double {
      ExportedVideo.startingSecond(
        of: VideoTracks(video: "v", tracks: [track(1, times.map { ($0, stander.sightings[0].box) })]),
        duration: duration)
    }
    #expect(start([902, 903], 12) == 900 && start([902, 903], 1000) == 0 && start([2, 903], 12) == 0)
    #expect(start([902, 1801], nil) == 900 && start([902, 1802], nil) == 0 && start([899, 902], nil) == 0)
    #expect(start([], nil) == 0)
  }
}
