import AVARecords
import Files
import Foundation
import FrameSupport
import Geometry
import Imaging
import JSON
import Report
import TestSupport
import Testing
import TrackRecords
import Tracks

/// What a gallery's pages hold.
@Suite struct GalleryTests {
  private let folder = TemporaryFolder()
  private static let left = UnitBox(x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.9)
  private static let right = UnitBox(x1: 0.6, y1: 0.2, x2: 0.8, y2: 0.9)
  private static let labels = LabelMap.Label(id: 12, name: "stand")

  /// Two people: the left one stands (12) at seconds 2 and 3, the right one waves (14) at 3.
  private func people(_ video: String = "v", from start: Int = 0) -> PeopleOverTime {
    var table = DetectionTable()
    for (second, box, action, score) in [
      (2, Self.left, 12, 0.9), (2, Self.left, 14, 0.05), (3, Self.right, 14, 0.6), (3, Self.left, 12, 0.8),
      (3, Self.left, 14, 0.3),
    ] {
      table.append(video: video, second: start + second, box: box, actionID: action, score: score)
    }
    return PeopleOverTime.videos(of: table)[0]
  }

  private func linked(_ people: PeopleOverTime) throws -> VideoTracks {
    try people.usuallyLinked(size: nil)
  }

  private func gallery(
    _ labels: [LabelMap.Label] = [labels], isAlone: Bool = true, _ change: (inout Gallery.Settings) -> Void = { _ in }
  ) throws -> Gallery {
    var settings = Gallery.Settings()
    change(&settings)
    return Gallery(folder: folder.path, labels: try LabelMap(labels), settings, isAlone: isAlone)
  }

  private func page(_ name: String = "index.html") throws -> String {
    String(decoding: try readFile(folder.path + "/" + name, doing: "testing"), as: UTF8.self)
  }

  /// What the page's script reads.
  private func data(_ page: String) throws -> JSONValue {
    let text = try #require(page.firstMatch(of: #/<script type="application/json" id="data">(.*)<\/script>/#)).1
    return try JSONReader.read(Array(text.utf8))
  }

  private func files(_ path: String = "") throws -> Set<String> {
    let place = joinPath(folder.path, path)
    return try Set(
      listFolder(place).flatMap { name -> Set<String> in
        let inner = path.isEmpty ? name : path + "/" + name
        return try isFolder(joinPath(folder.path, inner)) ? files(inner) : [inner]
      })
  }

  @Test("A page has the key frames, whose the boxes are, the intervals and the colours")
  func content() throws {
    defer { folder.remove() }
    var gallery = try gallery()
    let people = people()
    let tracks = try linked(people)
    var steps = 0
    try gallery.write(people, tracks, from: GreyFrames()) { steps += 1 }
    #expect(steps == 2 && gallery.count == 1 && gallery.lack(acceptsDamage: false) == nil)
    try gallery.writeList()
    let text = try page()
    #expect(text.contains("<title>v</title>") && text.contains("2 key frames · 2 people · 2 intervals of actions"))
    let data = try data(text)
    let frames = try #require(data["frames"]?.values)
    #expect(
      frames[0].text == """
        {"s": "0002", "t": 2.0, "p": "v/0002.jpg", "w": 64, "h": 48, "people": \
        [{"p": 1, "b": [0.1, 0.2, 0.3, 0.9], "a": [[12, 0.9]]}]}
        """)
    let second = try #require(frames[1]["people"]?.values)
    #expect(second.map { $0["p"]?.text } == ["2", "1"])
    #expect(second.map { $0["a"]?.text } == ["[[14, 0.6]]", "[[12, 0.8], [14, 0.3]]"])
    #expect(data["actions"]?.text == "[[12, \"stand\"], [14, \"action 14\"]]")
    #expect(
      data["people"]?.values.first?.text
        == "{\"p\": 1, \"from\": 2.0, \"to\": 3.0, \"spans\": [[12, 1.5, 3.5, 0.85]]}")
    #expect(data["duration"]?.text == "10.0" && data["film"] == .null && data["ratio"]?.text == "1.3333")
    #expect(data["colours"]?.values.first?.text == "[\"#e69f00\", \"#000000\"]")
    #expect(!text.contains("<video"))
  }

  @Test(
    "The files are those that were said before; names of videos lead nowhere else", arguments: ["v", "a/b", "..", ""])
  func outputs(video: String) throws {
    defer { folder.remove() }
    for isAlone in [true, false] {
      for media in GalleryMedia.allCases {
        var gallery = try gallery(isAlone: isAlone) { ($0.media, $0.hasTimelines) = (media, true) }
        let people = people(video)
        let tracks = try linked(people)
        let said = gallery.outputs(of: people, tracks, film: nil) + [gallery.firstPage]
        try gallery.write(people, tracks, from: GreyFrames()) {}
        try gallery.writeList()
        let found = try files()
        #expect(Set(said) == Set(found.map { joinPath(folder.path, $0) }), "\(media), \(isAlone)")
        #expect(said.count >= (media == .embed ? 4 : 6))
        for file in found { removeFile(joinPath(folder.path, file)) }
      }
    }
    #expect(!pathExists(folder.path + "/../index.html") && !pathExists(folder.path + "/../0002.jpg"))
  }

  @Test("Names from files are text, in the page's words and in its data")
  func hostileNames() throws {
    defer { folder.remove() }
    let hostile = "<script>alert('x')</script><!--\"&\u{1}🎬"
    for isAlone in [true, false] {
      var gallery = try gallery([.init(id: 12, name: hostile)], isAlone: isAlone)
      let people = people(hostile)
      try gallery.write(people, linked(people), from: GreyFrames()) {}
      gallery.leaveOut(hostile, because: hostile + " -> " + hostile)
      try gallery.writeList()
    }
    let own = try #require(files().first { $0.hasSuffix("/index.html") })
    for text in [try page(), try page(own)] {
      #expect(text.components(separatedBy: "<script").count == text.components(separatedBy: "</script").count)
      #expect(!text.contains("alert('x')</script>") && !text.contains("<script>alert"))
      #expect(!text.contains("<!--") && !text.unicodeScalars.contains("\u{1}") && text.contains("🎬"))
    }
    let data = try data(page(own))
    #expect(data["actions"]?.values[0].values[1] == .string(hostile) && data["video"] == .string(hostile))
    // Of the list's link each letter that means something in an address is written by its bytes.
    let link = try #require(page().firstMatch(of: #/<a href="([^"]*\/index.html)">/#)).1
    #expect(link.hasPrefix("%3Cscript%3Ealert%28%27x%27%29%3C_script%3E") && link.hasSuffix("%F0%9F%8E%AC/index.html"))
  }

  @Test("Damaged frames are named on the page and count; stop ends at the first")
  func damage() throws {
    defer { folder.remove() }
    var gallery = try gallery()
    let people = people()
    try gallery.write(people, linked(people), from: GreyFrames(damaged: [20])) {}
    #expect(gallery.warnings == ["v: 1 key frame without a picture, for damaged frames: 0002 (a scratch)"])
    #expect(gallery.lack(acceptsDamage: true) == nil)
    #expect(
      gallery.lack(acceptsDamage: false)
        == "1 key frame without a picture, named above -> copy or record the damaged files again, or take the pages as "
        + "they are: --damaged skip")
    let text = try page()
    #expect(text.contains("for damaged frames: 0002 (a scratch)</li>"))
    #expect(try data(text)["frames"]?.values.map { $0["p"] } == [.null, "v/0003.jpg"])
    var strict = try self.gallery { $0.stopsAtDamage = true }
    #expect(throws: FrameDamage.self) { try strict.write(people, linked(people), from: GreyFrames(damaged: [20])) {} }
  }

  @Test("Rows of AVA's clock are told; those outside of the video are named")
  func clock() throws {
    defer { folder.remove() }
    var gallery = try gallery()
    let late = people(from: 900)
    try gallery.write(late, linked(late), from: GreyFrames()) {}
    #expect(gallery.remarks == ["v: the first frame is taken for second 900 (--starting-second says otherwise)"])
    let data = try data(page())
    #expect(data["start"]?.text == "900.0" && data["frames"]?.values.map { $0["t"]?.text } == ["2.0", "3.0"])
    #expect(data["people"]?.values[0]["spans"]?.text == "[[12, 1.5, 3.5, 0.85]]")
    var shifted = try self.gallery { $0.startingSecond = 895 }
    try shifted.write(late, linked(late), from: GreyFrames()) {}
    #expect(shifted.remarks.isEmpty && shifted.warnings.isEmpty)
    var outside = try self.gallery { $0.startingSecond = 893 }
    try outside.write(late, linked(late), from: GreyFrames()) {}
    #expect(
      outside.warnings == [
        "v: 1 key frame outside of the video: 0903 -> if they should be inside, set --starting-second (AVA's clips begin at "
          + "900) or --fps"
      ])
    #expect(outside.lack(acceptsDamage: false) == nil)
  }

  @Test("Of several videos there is a list: counts, longest actions, what is missing")
  func list() throws {
    defer { folder.remove() }
    var gallery = try gallery(isAlone: false)
    for name in ["v", "w"] { try gallery.write(people(name), linked(people(name)), from: GreyFrames()) {} }
    gallery.leaveOut("x.mp4", because: "there is no such file -> check its name")
    try gallery.writeList()
    let text = try page()
    #expect(text.contains("<title>2 videos, 1 without a page</title>") && text.contains("slowfast gallery."))
    #expect(text.contains("x.mp4: there is no such file <span class=\"hint\">check its name</span>"))
    #expect(text.contains("<a href=\"w/index.html\">w</a>") && text.contains("data-find=\"w stand action 14\""))
    #expect(text.contains("stand, action 14") && text.components(separatedBy: "data:image/jpeg;base64,").count == 3)
    let own = try page("w/index.html")
    #expect(own.contains("<a href=\"../index.html\">All videos</a>") && own.contains("\"p\": \"0002.jpg\""))
    #expect(
      gallery.lack(acceptsDamage: true)
        == "1 video without a page, named above -> copy or record the damaged files again")
  }

  @Test("Embedded, the page is the only file")
  func embedded() throws {
    defer { folder.remove() }
    var gallery = try gallery { $0.media = .embed }
    try gallery.write(people(), linked(people()), from: GreyFrames()) {}
    #expect(try files() == ["index.html"])
    #expect(try page().components(separatedBy: "\"data:image/jpeg;base64,").count == 3)
  }

  @Test("Nothing is asked of anybody: no address leads away, and the policy forbids it")
  func selfContained() throws {
    defer { folder.remove() }
    var gallery = try gallery()
    try gallery.write(people(), linked(people()), from: GreyFrames()) {}
    let text = try page()
    #expect(text.contains("default-src 'none'") && !text.contains("connect-src"))
    for word in ["http:", "https:", "//www", "@import", "url(", " src=", "fetch(", "innerHTML"] {
      #expect(!text.contains(word), "\(word)")
    }
  }

  @Test("Few and high scores only, where so asked")
  func bounds() throws {
    defer { folder.remove() }
    var gallery = try gallery { ($0.leastScore, $0.topK) = (0, 1) }
    try gallery.write(people(), linked(people()), from: GreyFrames()) {}
    let first = try data(page())["frames"]?.values.map { $0["people"]?.values.map { $0["a"]?.text } }
    #expect(first == [["[[12, 0.9]]"], ["[[14, 0.6]]", "[[12, 0.8]]"]])
    var all = try self.gallery { $0.leastScore = 0 }
    try all.write(people(), linked(people()), from: GreyFrames()) {}
    #expect(try data(page())["frames"]?.values[0]["people"]?.values[0]["a"]?.text == "[[12, 0.9], [14, 0.05]]")
  }

  @Test("Given tracks own the boxes that they overlap by half, each one; other boxes are nobody's")
  func givenTracks() throws {
    defer { folder.remove() }
    let moved = UnitBox(x1: 0.12, y1: 0.2, x2: 0.32, y2: 0.9)
    let far = UnitBox(x1: 0.4, y1: 0.2, x2: 0.6, y2: 0.9)
    // At second 2 the left box lies between the sightings of track 7 and just on those of track 5.
    let tracks = VideoTracks(
      video: "v",
      tracks: [
        Track(id: 7, sightings: [1, 2.5].map { .init(time: $0, box: moved, score: 1) }),
        Track(id: 5, sightings: [2, 3].map { .init(time: $0, box: Self.left, score: 1) }),
        Track(id: -4, sightings: [2, 3].map { .init(time: $0, box: far, score: 1) }),
      ])
    var gallery = try gallery { $0.hasTimelines = true }
    try gallery.write(people(), tracks, from: GreyFrames()) {}
    let owners = try data(page())["frames"]?.values.map { $0["people"]?.values.map { $0["p"]?.text } }
    #expect(owners == [["5"], ["null", "5"]])
    #expect(try files().contains("v/person--4.png"))
  }
}
