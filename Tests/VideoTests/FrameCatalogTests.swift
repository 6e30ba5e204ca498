import Files
import TestSupport
import Testing
import Video

@Suite struct FrameCatalogTests {
  /// MultiSports calls a clip "sport/clip", and keeps its frames in folders of folders.
  @Test func namesWithFoldersAreLookedForDeeper() throws {
    let root = TemporaryFolder()
    defer { root.remove() }
    for folder in ["sport/clip", "match"] { try writeFile("\(root.path)/frames/\(folder)/1.jpg", "x") }
    try writeFile(root.path + "/outside/clip/1.jpg", "x")
    let catalog = try FrameCatalog(folder: root.path + "/frames", framesPerSecond: 30)
    #expect(catalog.names == ["match", "sport"])
    #expect(catalog.contains("sport/clip") && catalog.contains("match"))
    // A picture in a folder of its class is a video of one frame.
    #expect(catalog.contains("sport/clip/1.jpg") && !catalog.contains("sport/clip/2.jpg"))
    for name in ["sport/other", "../outside/clip", "sport/../../outside/clip", "/sport/clip", "sport//clip", "other"] {
      #expect(!catalog.contains(name), "\(name)")
    }
    // A name that is given stands for one folder alone.
    #expect(try !FrameCatalog(folder: root.path + "/frames/match", framesPerSecond: 30, name: "a").contains("a/b"))
  }

  /// Of videos or files of one name those belong together whose folders agree; where that does not tell, none is taken.
  @Test func filesOfOneName() throws {
    let root = TemporaryFolder()
    defer { root.remove() }
    func path(_ name: String) -> String { "\(root.path)/\(name)" }
    for name in ["d1/x.mp4", "d2/x.mp4", "d2/y.mp4", "d3/x.avi"] { try writeFile(path(name), "x") }
    func matches(_ files: [String], _ videos: [String]) throws -> [String: FrameCatalog.Match] {
      try FrameCatalog(videos: files.map(path), allowsNamesakes: true).matches(of: videos)
    }
    let all = ["d1/x.mp4", "d2/x.mp4", "d2/y.mp4"]
    let whole = all.reduce(into: [:]) { $0[$1] = FrameCatalog.Match.name(path($1)) }
    #expect(try matches(all, all) == whole)
    // That of another folder is none of d2/x.mp4.
    #expect(
      try matches(["d1/x.mp4", "d2/y.mp4"], all) == ["d1/x.mp4": whole["d1/x.mp4"], "d2/y.mp4": whole["d2/y.mp4"]])
    #expect(try matches(["d1/x.mp4", "d2/x.mp4"], ["x.mp4"]) == ["x.mp4": .ambiguous])
    #expect(
      try matches(["d2/x.mp4"], ["a/d2/x.mp4", "b/d2/x.mp4"]) == ["a/d2/x.mp4": .ambiguous, "b/d2/x.mp4": .ambiguous])
    #expect(
      try matches(["d1/x.mp4", "d3/x.avi"], ["x.avi", "x.mp4"]) == [
        "x.avi": .name(path("d3/x.avi")), "x.mp4": .name(path("d1/x.mp4")),
      ])
    // Where one name alone is in question, lists and files may begin in different folders.
    #expect(try matches(["d2/y.mp4"], ["clips/y.webm"]) == ["clips/y.webm": .name(path("d2/y.mp4"))])
    let catalog = try FrameCatalog(
      videos: [path("d1/x.mp4"), path("d2/x.mp4"), path("d2/y.mp4")], allowsNamesakes: true)
    #expect(!catalog.contains("x") && catalog.contains("y") && catalog.namesakes(of: "x").count == 2)
    #expect(throws: VideoError.self) { try FrameCatalog(videos: [path("d1/x.mp4"), path("d2/x.mp4")]) }
    #expect(try FrameCatalog(videos: [path("d2/y.mp4"), path("d2/y.mp4")]).names == ["y"])
  }

  /// The beginning of a name, as the reference cuts it, is that of one file alone.
  @Test func beginningsOfNames() throws {
    let root = TemporaryFolder()
    defer { root.remove() }
    func path(_ name: String) -> String { "\(root.path)/\(name)" }
    for name in ["x.a.mp4", "x.b.mp4", "y.a.mp4"] { try writeFile(path(name), "x") }
    let catalog = try FrameCatalog(videos: ["x.a.mp4", "x.b.mp4", "y.a.mp4"].map(path))
    #expect(catalog.names == ["x.a", "x.b", "y.a", "y"])
    #expect(!catalog.contains("x") && catalog.contains("x.b") && catalog.contains("y"))
    #expect(catalog.namesakes(of: "x") == [path("x.a.mp4"), path("x.b.mp4")])
    let named = try FrameCatalog(
      videos: ["x.mp4", "x.b.mp4"].map { name in
        try writeFile(path(name), "x")
        return path(name)
      })
    #expect(named.contains("x") && named.namesakes(of: "x").isEmpty)
  }

  /// A folder of one name is none of two videos in different folders.
  @Test func foldersOfOneName() throws {
    let root = TemporaryFolder()
    defer { root.remove() }
    for folder in ["x", "d1/x", "y"] { try writeFile("\(root.path)/\(folder)/1.jpg", "x") }
    let catalog = try FrameCatalog(folder: root.path, framesPerSecond: 30)
    let found = catalog.matches(of: ["d1/x.mp4", "d2/x.mp4", "d2/y.mp4", "z.mp4"])
    #expect(found == ["d1/x.mp4": .name("d1/x"), "d2/x.mp4": .ambiguous, "d2/y.mp4": .name("y")])
    #expect(catalog.matches(of: ["y/1.jpg"]) == ["y/1.jpg": .name("y/1.jpg")])
  }
}
