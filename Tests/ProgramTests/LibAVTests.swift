import TestSupport
import Testing

/// libav is loaded when a video is opened, not before.
struct LibAVTests {
  /// Where the loader looks first: libraries of every version that there may be, all of them empty.
  private func withoutLibAV(_ scratch: Scratch) throws -> String {
    for library in ["avutil", "avcodec", "avformat", "swscale"] {
      for version in 4...80 { try scratch.file("lib\(library).so.\(version)", "") }
    }
    return "export LD_LIBRARY_PATH='\(scratch.path)'"
  }

  @Test("Where libav is missing, videos are refused with what to install, and everything else works")
  func missing() throws {
    let scratch = Scratch()
    let setUp = try withoutLibAV(scratch)
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    expectFailure(
      Program.run(after: setUp, ["inspect", video]),
      ["inspecting: '\(video)': libav, which reads and writes videos, cannot be loaded", "libavutil.so", "ffmpeg"])
    expectFailure(
      Program.run(
        after: setUp,
        ["synth", "--output-dir", scratch.path + "/w", "--seconds", "4", "--width", "64", "--height", "64"]
          + ["--format", "mp4"]),
      ["writing a video", "libav, which reads and writes videos, cannot be loaded", "ffmpeg"])
    let version = Program.run(after: setUp, ["--version"])
    expectSuccess(version)
    #expect(version.stdout.contains("\nlibav          absent: "), "\(version.stdout)")
    #expect(version.stdout.contains("-> install ffmpeg"), "\(version.stdout)")
    expectSuccess(Program.run(after: setUp, LittleWorld.test(into: scratch.path + "/out")))
  }
}
