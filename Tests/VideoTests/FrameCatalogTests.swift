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
}
