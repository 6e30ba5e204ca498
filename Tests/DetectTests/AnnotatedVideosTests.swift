import Detect
import Files
import TestSupport
import Testing

/// The videos that are given beside boxes: of folders those that boxes name.
@Suite struct AnnotatedVideosTests {
  private let folder = TemporaryFolder()

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder.path + "/" + name
    try makeFolder(splitPath(path).folder)
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    return path
  }

  private func rows(_ videos: String...) throws -> String {
    try file("rows.csv", Array(videos.map { "\($0),1,0.1,0.1,0.5,0.9,1\n" }.joined().utf8))
  }

  /// A folder of videos with what else may lie in it.
  private func videos() throws -> String {
    let movie = try readFile(projectRoot + "/Tests/Fixtures/Video/bframes.mp4", doing: "testing")
    let picture = try readFile(projectRoot + "/Tests/Fixtures/Pipeline/frames/1_2.jpg", doing: "testing")
    for name in ["a.mp4", "b b.mp4", "c.x.mp4", ".a.mp4"] { _ = try file("videos/" + name, movie) }
    for name in ["a.jpg", "cover.jpg"] { _ = try file("videos/" + name, picture) }
    for name in ["a.txt", "notes.txt", "Thumbs.db"] { _ = try file("videos/" + name, Array("none".utf8)) }
    for number in 1...3 { _ = try file("videos/pictures/img_\(number).jpg", picture) }
    return folder.path + "/videos"
  }

  private func names(_ found: AnnotatedVideos) -> [String] { found.paths.map { splitPath($0).name } }

  @Test func rowsNameThem() throws {
    defer { folder.remove() }
    let place = try videos()
    let found = try AnnotatedVideos([place], boxes: [rows("a", "c", "pictures", "gone")])
    #expect(names(found) == ["a.mp4", "c.x.mp4", "pictures"] && found.haveRows == [true])
    #expect(
      found.remarks.count == 1
        && found.remarks[0].contains("3 videos that boxes name; not taken: Thumbs.db, a.jpg, a.txt, b b.mp4"))
    #expect(
      found.notices.count == 1 && found.notices[0].hasSuffix("rows of 1 video not given, which are left out: gone"))
  }

  /// An export's sources, the pictures' names and the file's own name say it as well; where nothing does, all that are videos count.
  @Test func exportsNameThem() throws {
    defer { folder.remove() }
    let place = try videos()
    func export(_ source: String, _ name: String) throws -> String {
      try file(
        name,
        Array(
          ("<annotations><meta><task>\(source)</task></meta><track id=\"0\" label=\"run\"><box frame=\"25\" outside=\"0\" "
            + "xtl=\"1\" ytl=\"2\" xbr=\"30\" ybr=\"40\"/></track></annotations>").utf8))
    }
    let named = try AnnotatedVideos([place], boxes: [export("<source>b b.mp4</source>", "x.xml")])
    #expect(names(named) == ["b b.mp4"] && named.haveRows == [false])
    #expect(try names(AnnotatedVideos([place], boxes: [export("", "a.xml")])) == ["a.mp4"])
    #expect(try names(AnnotatedVideos([place], boxes: [export("", "x.xml")])) == ["a.mp4", "b b.mp4", "c.x.mp4"])
    for name in ["a.xml", "c.xml"] { _ = try export("", "exports/" + name) }
    #expect(try names(AnnotatedVideos([place], boxes: [folder.path + "/exports"])) == ["a.mp4", "c.x.mp4"])
    let pictures = try file(
      "via.csv",
      Array(
        ("filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
          + "b b_000025.jpg,1,\"{}\",1,0,\"{\"\"name\"\":\"\"rect\"\",\"\"x\"\":1,\"\"y\"\":2,\"\"width\"\":3,\"\"height\"\":4}\","
          + "\"{\"\"class\"\":\"\"run\"\"}\"\n").utf8))
    #expect(try names(AnnotatedVideos([place], boxes: [pictures])) == ["b b.mp4"])
  }

  /// A folder of pictures is a video; files are taken as they are given; a folder without any is an error.
  @Test func otherInputs() throws {
    defer { folder.remove() }
    let place = try videos()
    #expect(try AnnotatedVideos([place + "/pictures"], boxes: [rows("pictures")]).paths == [place + "/pictures"])
    #expect(try AnnotatedVideos([place + "/pictures"], boxes: [rows("other")]).paths == [place + "/pictures"])
    #expect(try AnnotatedVideos([place + "/notes.txt"], boxes: [rows("other")]).paths == [place + "/notes.txt"])
    _ = try file("empty/notes.txt", Array("none".utf8))
    // Boxes may lie beside the videos.
    let export = try file(
      "empty/b.xml", Array("<annotations><track id=\"0\" label=\"run\"></track></annotations>".utf8))
    #expect(throws: AnnotatedVideosError.self) { try AnnotatedVideos([folder.path + "/empty"], boxes: [export]) }
    let error = #expect(throws: AnnotatedVideosError.self) {
      try AnnotatedVideos([folder.path + "/empty"], boxes: [rows("gone")])
    }
    #expect("\(String(describing: error))".contains("/empty' has none that boxes name (gone), and no other -> give"))
  }
}
