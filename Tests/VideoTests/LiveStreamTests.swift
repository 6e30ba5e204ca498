import Clocks
import Files
import Foundation
import Glibc
import Imaging
import TestSupport
import Testing
import Video

@Suite struct LiveStreamTests {
  @Test func whatAnInputIs() {
    let file = fixture("slow.mp4")
    for (text, input) in [
      ("-", .standardInput), (file, .file(file)), ("no/such.mp4", .file("no/such.mp4")),
      ("rtsp://a/b", .url("rtsp://a/b")), ("/dev/video9", .device(format: "v4l2", name: "/dev/video9")),
      ("lavfi:testsrc2=size=8x8", .device(format: "lavfi", name: "testsrc2=size=8x8")),
      ("x11grab::0.0", .device(format: "x11grab", name: ":0.0")), (":0", .file(":0")), ("a b:c", .file("a b:c")),
    ] as [(String, StreamInput)] {
      #expect(StreamInput(text) == input, "\(text)")
    }
    #expect(StreamInput("rtsp://a").isLive && StreamInput("lavfi:x").isLive && !StreamInput("-").isLive)
  }

  @Test func passwordsAreNotSaid() {
    for (url, said) in [
      ("rtsp://me:secret@cam:554/s?x=a:b@c", "rtsp://me:***@cam:554/s?x=a:b@c"),
      ("rtsp://me:p@ss@cam/s", "rtsp://me:***@cam/s"), ("rtsp://cam:554/s@t", "rtsp://cam:554/s@t"),
      ("http://me@cam/", "http://me@cam/"),
    ] {
      #expect(StreamInput.url(url).description == said)
    }
  }

  private func opening(_ input: StreamInput, stall: Double = 10, _ watch: StreamWatch = StreamWatch()) -> String {
    errorText { _ = try LiveStream(input, stall: stall, watch: watch).advance() }
  }

  @Test func whatIsNoStream() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    #expect(opening(.file("no/such.mp4")).contains("No such file"))
    let text = folder.path + "/text.mp4"
    try write("this is no video, whatever its name says\n".utf8, to: text)
    #expect(opening(.file(text)).contains("-> it is missing, cut short, damaged or not a video"))
    #expect(opening(.device(format: "nosuch", name: "x")).contains("knows no device 'nosuch'"))
    #expect(opening(.url("http://127.0.0.1:1/x")).contains("-> check the address"))
    #expect(opening(.url("nosuch://x")).contains("Protocol not found"))
  }

  @Test func generatedPictures() throws {
    let device = StreamInput("lavfi:testsrc2=size=64x48:rate=10:duration=1")
    let stream = try LiveStream(device, stall: 10, watch: StreamWatch())
    var times: [Double] = []
    while let time = try stream.advance() { times.append(time) }
    #expect(times.count == 10 && abs(times[9] - 0.9) < 1e-6 && stream.framesPerSecond == 10)
    #expect(try stream.image().width == 64)
  }

  /// A pipe whose writer is silent: the wait ends with a reason, or when nobody wants the stream any more.
  @Test func silentSources() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    // Held open, so that it does not end.
    let writer = open(path, O_RDWR)
    defer { close(writer) }
    #expect(opening(.file(path), stall: 0.3).contains("nothing has come for 0.3 s -> is the source still sending?"))
    let watch = StreamWatch()
    let start = monotonicSeconds()
    Thread.detachNewThread {
      usleep(200_000)
      watch.cancel()
    }
    #expect(opening(.file(path), stall: 1000, watch).hasSuffix("ended"))
    #expect(monotonicSeconds() - start < 100)
  }

  /// A pipe gives what its writer wrote, in whatever pieces.
  @Test func namedPipes() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let bytes = try readFile(fixture("offset.ts"), doing: "testing")
    Thread.detachNewThread {
      let writer = open(path, O_WRONLY)
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = Array(rest.prefix(10_007))
        var done = 0
        while done < piece.count {
          let wrote = piece.withUnsafeBytes { Glibc.write(writer, $0.baseAddress! + done, piece.count - done) }
          if wrote <= 0 { return }
          done += wrote
        }
        rest = rest.dropFirst(10_007)
        usleep(2000)
      }
      close(writer)
    }
    let stream = try LiveStream(.file(path), stall: 60, watch: StreamWatch())
    let video = try VideoReader(path: fixture("offset.ts"))
    var count = 0
    while try stream.advance() != nil {
      #expect(checksum(try stream.image()) == checksum(try video.frame(at: count)))
      count += 1
    }
    #expect(count == video.frameCount && count > 10)
  }

  /// What was joined in the middle begins with the first whole frame, and says what it left out.
  @Test func joinedInTheMiddle() throws {
    let stream = try LiveStream(.file(fixture("midstream.ts")), stall: 10, watch: StreamWatch())
    var count = 0
    while try stream.advance() != nil { count += 1 }
    #expect(count > 0)
  }
}
