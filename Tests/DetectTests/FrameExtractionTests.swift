import AVARecords
import Detect
import Files
import Imaging
import TestSupport
import Testing

private let videos = projectRoot + "/Tests/Fixtures/Video/"
private let (short, other) = (videos + "bframes.mp4", videos + "ntsc.mp4")

/// Frame lists from videos.
struct FrameExtractionTests {
  /// Writes videos' frames at one a second; returns what was said of each.
  @discardableResult private func extract(
    _ videos: [String], _ folder: String, _ format: FrameExtraction.Format = .jpg, replacing: Bool = false
  ) throws -> [String] {
    var extraction = try FrameExtraction(
      videos: videos, folder: folder, framesPerSecond: 1, format: format, isReplacing: replacing)
    var (done, wrote): ([Int], [String]) = ([], [])
    defer { #expect(done == Array(1..<(done.count + 1))) }
    try extraction.write {
      done.append($0)
    } wrote: {
      wrote.append("\($0) \($1)")
    }
    #expect(done.count == extraction.frameCount)
    return wrote
  }

  private func list(_ folder: String) throws -> [String] {
    String(decoding: try readFile(folder + "/frame_list.csv", doing: "testing"), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  @Test func severalVideosMakeOneList() throws {
    let (one, two) = (TemporaryFolder(), TemporaryFolder())
    defer { for folder in [one, two] { folder.remove() } }
    #expect(try extract([short, other], one.path) == ["\(one.path)/bframes 2", "\(one.path)/ntsc 2"])
    try extract([short], two.path)
    try extract([other], two.path)
    let rows = try list(one.path)
    #expect(try list(two.path) == rows)
    #expect(
      rows == [
        "original_vido_id video_id frame_id path labels", "bframes 0 0 bframes/bframes_000001.jpg \"\"",
        "bframes 0 1 bframes/bframes_000002.jpg \"\"", "ntsc 1 0 ntsc/ntsc_000001.jpg \"\"",
        "ntsc 1 1 ntsc/ntsc_000002.jpg \"\"",
      ])
    #expect(try listFolder(one.path) == ["bframes", "frame_list.csv", "ntsc"])
    let read = try FrameList.read(paths: [one.path + "/frame_list.csv"], frameFolder: one.path)
    #expect(read.videos.allSatisfy { video in (0..<video.count).allSatisfy { pathExists(video.path(ofFrame: $0)) } })
  }

  @Test func whatWasFinishedStaysWhenTheWritingEnds() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var extraction = try FrameExtraction(
      videos: [short, other], folder: folder.path, framesPerSecond: 1, format: .jpg)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try extraction.write {
        if $0 == 3 { throw Stop() }
      } wrote: { _, _ in
      }
    }
    #expect(try list(folder.path).count == 3)
    #expect(try listFolder(folder.path) == ["bframes", "frame_list.csv"])
  }

  @Test func whatIsThereStays() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try extract([short], folder.path)
    let refused = text { try extract([other, short], folder.path) }
    #expect(
      refused.contains("'bframes' is in '\(folder.path)/frame_list.csv' already -> add --overwrite"), "\(refused)")
    #expect(try listFolder(folder.path) == ["bframes", "frame_list.csv"])
    try makeFolder(folder.path + "/ntsc")
    let taken = text { try extract([other], folder.path) }
    #expect(taken.contains("'\(folder.path)/ntsc' exists already") && taken.contains("--overwrite"), "\(taken)")
    let twice = text { try extract([short, "elsewhere/bframes.mkv"], folder.path) }
    #expect(twice.contains("two videos are called 'bframes'"), "\(twice)")
  }

  /// The file of a damaged frame is empty: all others keep their places, and whoever reads the list meets the damage.
  @Test func damagedFramesLeaveEmptyFiles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(short, doing: "testing")
    for place in 2600..<2660 { bytes[place] = UInt8(truncatingIfNeeded: place &* 73 &+ 11) }
    let path = folder.path + "/bad.mp4"
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    func extraction(_ name: String) throws -> FrameExtraction {
      try FrameExtraction(
        videos: [short, path], folder: folder.path + "/" + name, framesPerSecond: 10, format: .png)
    }
    var all = try extraction("all")
    var wrote: [String] = []
    try all.write(progress: { _ in }) { folder, count in wrote.append("\(splitPath(folder).name) \(count)") }
    let listed = try FrameList.read(paths: [all.listPath], frameFolder: folder.path + "/all").videos
    let (sound, bad) = (listed[0], listed[1])
    #expect(wrote == ["bframes \(sound.count)", "bad \(bad.count)"] && sound.count == bad.count)
    let empty = try (0..<bad.count).filter { try readFile(bad.path(ofFrame: $0), doing: "testing").isEmpty }
    let pictures = try #require(all.damaged.first { $0.video == "bad" }?.images)
    #expect(!empty.isEmpty && empty.count < bad.count && all.damaged.count == 1)
    #expect(empty == pictures.stretches.flatMap { Array($0.frames) })
    for frame in 0..<bad.count where !empty.contains(frame) {
      #expect(try fileDifference(bad.path(ofFrame: frame), sound.path(ofFrame: frame)) == nil)
    }
    let frames = try #require(pictures.stretches.first?.frames)
    let (first, last) = (frames.lowerBound + 1, frames.upperBound)
    let line = all.damageLines().first ?? ""
    let pictureNames = first == last ? "picture \(first)" : "pictures \(first) to \(last)"
    #expect(line.hasPrefix("bad, \(pictureNames): '\(path)': the frame at"), "\(line)")
    #expect(all.damageLines(limit: 0) == ["and \(counted(empty.count)) in 1 video"])
    var stopping = try extraction("stopping")
    #expect(text { try stopping.write(stopsAtDamage: true, progress: { _ in }) { _, _ in } }.contains("reading frame"))
    #expect(try listFolder(folder.path + "/stopping") == ["bframes", "frame_list.csv"])
  }

  private func counted(_ count: Int) -> String { count == 1 ? "1 more picture" : "\(count) more pictures" }

  /// Replaced pictures are all the new ones; other files of the folder are nobody's to delete.
  @Test func replacing() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try extract([short, other], folder.path)
    try writeFile(folder.path + "/bframes/notes.txt", "mine")
    try writeFile(folder.path + "/bframes/bframes_000003.jpg", "of a longer run")
    try makeFolder(folder.path + "/bframes.partial")
    try writeFile(folder.path + "/bframes.partial/bframes_000009.png", "of an interrupted run")
    try extract([short], folder.path, .png, replacing: true)
    #expect(try listFolder(folder.path + "/bframes") == ["bframes_000001.png", "bframes_000002.png", "notes.txt"])
    #expect(try listFolder(folder.path) == ["bframes", "frame_list.csv", "ntsc"])
    #expect(
      try list(folder.path)[1...3] == [
        "bframes 0 0 bframes/bframes_000001.png \"\"", "bframes 0 1 bframes/bframes_000002.png \"\"",
        "ntsc 1 0 ntsc/ntsc_000001.jpg \"\"",
      ])
  }

  /// A disk that fails in the middle: here a file where the second video's folder must grow.
  @Test func failuresLeaveTheListWhole() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try extract([short], folder.path)
    let before = try list(folder.path)
    try writeFile(folder.path + "/ntsc.partial", "a file")
    let failed = text { try extract([other], folder.path) }
    #expect(failed.contains("ntsc.partial"), "\(failed)")
    #expect(try list(folder.path) == before)
    let missing = text { try extract([videos + "none.mp4"], folder.path) }
    #expect(missing.contains("none.mp4"), "\(missing)")
    #expect(try list(folder.path) == before)
  }
}
