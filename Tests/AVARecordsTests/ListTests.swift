import AVARecords
import Datasets
import TestSupport
import Testing

@Suite struct LabelMapTests {
  private func read(_ text: String) throws -> LabelMap {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    return try LabelMap.read(path: try scratch.file(text))
  }

  @Test("Both kinds of block read, in file order")
  func kinds() throws {
    let map = try read(
      "item {\n  name: \"walk, or run\"\n  id: 14\n}\r\n# a note\nlabel {\n  name: 'sit'\n  label_id: 11\n"
        + "  label_type: PERSON_MOVEMENT\n}\nitem { id: 3 name: \"wave\" }")
    #expect(map.labels.map(\.id) == [14, 11, 3])
    #expect(map.labels.map(\.name) == ["walk, or run", "sit", "wave"])
    #expect(map.labels.map(\.type) == [nil, "PERSON_MOVEMENT", nil])
    #expect(map.contains(11) && !map.contains(12))
    #expect(map.name(of: 14) == "walk, or run" && map.name(of: 1) == nil)
    #expect(map.position(of: 3) == 2 && map.largestID == 14)
  }

  @Test("Quotes and backslashes may stand in names, as protobuf writes them")
  func escapes() throws {
    let map = try read(#"item { name: "say \"no\" \\ it\'s" id: 1 }"# + "\n" + #"item { name: '\'' id: 2 }"#)
    #expect(map.labels.map(\.name) == [#"say "no" \ it's"#, "'"])
    #expect(throws: RecordError.self) { try read(#"item { name: "a\"# + "\n\" id: 1 }") }
  }

  @Test("Escapes are decoded as protobuf's writer makes them", arguments: escapedNames)
  func protobufEscapes(_ text: String, _ name: String) throws {
    #expect(try read("item { name: \(text) id: 1 }").labels.map(\.name) == [name])
  }

  @Test("Fields that say nothing about id and name are passed over, blocks and lists with all that is in them")
  func otherFields() throws {
    let map = try read(
      """
      item <
        name: "a"
        id: 1
        frequency: FREQUENT
        keypoints {
          id: 7
          label: "} nose {"  # }
          color < r: 1 > parts: [ { id: 8 }, { id: 9 } ]
        }
        ancestor_ids: [ "x", 'y' ]; [my.extension] { id: 3 }
        score: -0.5
      >
      item: { id: 2, display_name: "shown" }
      item { name: "/m/01" display_name: "person" id: 3 }
      """)
    #expect(map.labels.map(\.name) == ["a", "shown", "/m/01"])
    #expect(map.labels.map(\.id) == [1, 2, 3])
  }

  @Test("Names of several classes are named with their ids")
  func sharedNames() throws {
    let map = try read(
      [("stand", 61), ("sit", 49), ("stand", 12), ("walk", 14), ("sit", 11), ("stand", 80)]
        .map { "item { name: '\($0)' id: \($1) }" }.joined(separator: "\n"))
    #expect(map.sharedNames.map(\.name) == ["stand", "sit"])
    #expect(map.notices.count == 1)
    expectEssentials(map.notices.first, ["'stand' names 12, 61 and 80", "'sit' names 11 and 49"])
    #expect(try read("item { name: 'a' id: 1 }").notices.isEmpty)
  }

  @Test("The project's own maps have AVA's 80 classes and the 60 that are scored")
  func classNames() throws {
    let all = try LabelMap.read(path: projectRoot + "/annotations/ava_action_list_v2.2.pbtxt")
    #expect(all.labels.map(\.name) == (1...80).compactMap { ActionDataset.ava.classNames.name(of: $0) })
    let scored = try LabelMap.read(path: projectRoot + "/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt")
    #expect(Set(scored.labels.map(\.id)) == ActionDataset.ava.scoredClasses)
    #expect(
      ActionDataset.ava.classNames.isName("Run", of: 10) && ActionDataset.ava.classNames.isName("bend/bow", of: 1)
        && !ActionDataset.ava.classNames.isName("stand", of: 2))
    #expect(
      ActionDataset.ava.classNames.ids(of: "watch") == [61, 80]
        && ActionDataset.ava.classNames.ids(of: "skip rope").isEmpty)
  }

  @Test("Without a label map the data set's own scored classes count, and all where it names none")
  func scoredClasses() throws {
    let own = { (scored: Set<Int>?) in
      ActionDataset(
        name: "Own", clock: ActionDataset.ava.clock, classNames: ClassNames(["a", "b", "c"]), scoredClasses: scored)
    }
    #expect(try LabelMap(scoredBy: own([3, 1])).labels.map(\.id) == [1, 3])
    #expect(try LabelMap(scoredBy: own(nil)).labels.map(\.id) == [1, 2, 3])
    #expect(try LabelMap(scoredBy: .ava).labels.count == 60)
  }

  @Test("The project's own maps have 80 and 60 classes")
  func annotations() throws {
    let all = try LabelMap.read(path: projectRoot + "/annotations/ava_action_list_v2.2.pbtxt")
    #expect(all.labels.map(\.id) == Array(1...80))
    #expect(Set(all.labels.map(\.type)) == ["PERSON_MOVEMENT", "OBJECT_MANIPULATION", "PERSON_INTERACTION"])
    let scored = try LabelMap.read(
      path: projectRoot + "/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt")
    #expect(scored.labels.count == 60)
    for label in scored.labels { #expect(all.name(of: label.id) == label.name) }
  }

  @Test("A malformed map is an error with its line", arguments: badMaps)
  func bad(_ bad: BadRow) throws {
    let text = try failure(bad.row) { _ = try LabelMap.read(path: $0) }
    expectEssentials(text, ["reading the label map", "rows.csv"] + bad.essentials)
  }

  @Test("Labels made in memory need ids of their own")
  func duplicate() {
    #expect(throws: LabelMapError.duplicateID(1, "a", "b")) {
      try LabelMap([.init(id: 1, name: "a"), .init(id: 1, name: "b")])
    }
  }
}

private let escapedNames = [
  (#""\350\265\260\350\267\257""#, "走路"), (#""\xe8\xb5\XB0""#, "走"), (#""\u8d70\U00008def""#, "走路"),
  (#""\ud83d\ude00""#, "😀"), (#"'a\tb\n\?\"'"#, "a\tb\n?\""), (#""\350" '\265' "\260""#, "走"), (#""\0601""#, "01"),
]

private let badMaps = [
  BadRow(row: "", essentials: ["expected labels", "none"]),
  BadRow(row: "item {\n name: \"a\"\n id: 1\n}\nitme {\n}", essentials: ["line 5", "'itme'", "did you mean 'item'?"]),
  BadRow(row: "item {\n name: \"a\"\n}", essentials: ["line 1", "'id:'", "none"]),
  BadRow(row: "item {\n id: 1\n}", essentials: ["line 1", "'name:'", "none"]),
  BadRow(
    row: "item {\n  name: \"a\"\n  id: 1\n  name: \"b\"\n  id: 2\n}",
    essentials: ["line 4", "one name in a block", "the first is on line 2", "begin the next with 'item {'"]),
  BadRow(row: "item {\n  id: 1\n  label_id: 2\n  name: 'a'\n}", essentials: ["line 3", "one id", "'label_id:'"]),
  BadRow(row: "item {\n display_name: 'a'\n display_name: 'a'\n id: 2\n}", essentials: ["line 3", "display name"]),
  BadRow(row: #"item { name: "a\q" id: 1 }"#, essentials: ["line 1", #"found '\q'"#, #"write \\"#]),
  BadRow(row: #"item { name: "\777" id: 1 }"#, essentials: ["line 1", #"'\777'"#]),
  BadRow(row: #"item { name: "\ud83d" id: 1 }"#, essentials: ["line 1", #"'\ud83d'"#]),
  BadRow(
    row: #"item { name: "\350\265" id: 1 }"#, essentials: ["line 1", "a name in UTF-8", "bytes of another encoding"]),
  BadRow(
    row: #"item { name: "\327\337\302\267" id: 1 }"#, essentials: ["write the name's own characters in their place"]),
  BadRow(
    row: "walk\nrun, jog\n\nsit \"down\"\n",
    essentials: ["found names alone, one a line", #"item { name: "walk" id: 1 }"#]),
  BadRow(
    row: "1: bend/bow (at the waist)\n12: stand\n",
    essentials: ["found numbers and names", #"item { name: "bend/bow (at the waist)" id: 1 } for '1: bend/bow"#]),
  BadRow(row: "14,walk\n", essentials: ["found numbers and names", #"item { name: "walk" id: 14 }"#]),
  BadRow(row: "item {\n name: 'a'\n id: 1\n keypoints {\n  id: 7\n", essentials: ["line 4", "'}'", "end of the file"]),
  BadRow(row: "item {\n name: 'a'\n id: 1\n k { x: [1, 2} }\n}", essentials: ["line 4", "']'", "'}'"]),
  BadRow(row: "item {\n name: 'a'\n id: 1\n frequency }", essentials: ["line 4", "':'"]),
  BadRow(row: "{\"walk\": 0, \"stand\": 1}\n", essentials: ["item { name:", "found JSON"]),
  BadRow(row: "item {\n name: \"a\"\n id: one\n}", essentials: ["line 3", "whole number", "'one'"]),
  BadRow(
    row: "item {\n name: \"a\"\n id: 0\n}", essentials: ["line 3", "whole number above 0", "'0'", "ids begin with 1"]),
  BadRow(row: "item {\n name: \"a\"\n id: 1000001\n}", essentials: ["line 3", "whole number", "'1000001'"]),
  BadRow(row: "item {\n name: \"a\n id: 1\n}", essentials: ["line 2", "closing quote"]),
  BadRow(row: "item {\n name: \"a\"\n id: 1", essentials: ["line 3", "'}'", "end of the file"]),
  BadRow(row: "item {\n nmae: \"a\"\n id: 1\n}", essentials: ["line 2", "'nmae'", "'name'"]),
  BadRow(row: "item name: \"a\"", essentials: ["line 1", "'{'", "'name'"]),
  BadRow(
    row: "item {\n name: \"a\"\n id: 1\n}\nitem {\n name: \"b\"\n id: 1\n}",
    essentials: ["line 5", "id 1 again", "line 1"]),
]

@Suite struct ExclusionTests {
  @Test("Padded and decimal seconds name one key frame")
  func reading() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let exclusions = try ExcludedTimestamps.read(path: try scratch.file("v,0902\nw,903.000000\nv,902\n"))
    #expect(exclusions.count == 2)
    #expect(exclusions.contains(video: "v", time: Timestamp(second: 902)))
    #expect(exclusions.contains(video: "w", time: Timestamp(second: 903)))
    #expect(!exclusions.contains(video: "v", time: Timestamp(second: 903)))
    #expect(try ExcludedTimestamps.read(path: try scratch.file("")).count == 0)
  }

  @Test("The project's own lists have the rows that their README states")
  func annotations() throws {
    for (split, count) in [("train", 161), ("val", 37), ("test", 66)] {
      let path = projectRoot + "/annotations/ava_\(split)_excluded_timestamps_v2.2.csv"
      #expect(try ExcludedTimestamps.read(path: path).count == count)
    }
  }

  @Test("A malformed row is an error")
  func bad() throws {
    let columns = try failure("v,902\nv,902,1\n") { _ = try ExcludedTimestamps.read(path: $0) }
    expectEssentials(columns, ["line 2", "2 columns", "found 3 columns"])
    let second = try failure("v,902\nv,9o2\n") { _ = try ExcludedTimestamps.read(path: $0) }
    expectEssentials(second, ["line 2", "column 2 (second)", "'9o2'"])
  }
}

@Suite struct FrameListTests {
  @Test("Videos come in order of appearance, frames in order of the file")
  func reading() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let first = try scratch.file(
      "original_vido_id video_id frame_id path labels\nb 0 0 b/2.jpg \"\"\na 1 0 a/1.jpg \"\"\nb 0 9 b/1.jpg \"\"\r\n",
      "1")
    let second = try scratch.file("header\na\t1\t1  /abs/2.jpg \"\"", "2")
    let list = try FrameList.read(paths: [first, second], frameFolder: "/frames")
    #expect(list.videos.map(\.name) == ["b", "a"])
    let paths = list.videos.map { video in (0..<video.count).map { video.path(ofFrame: $0) } }
    #expect(paths == [["/frames/b/2.jpg", "/frames/b/1.jpg"], ["/frames/a/1.jpg", "/abs/2.jpg"]])
    #expect(list.number(of: "a") == 1 && list.number(of: "c") == nil)
    #expect(list.video(named: "a")?.count == 2)
    // Row order counts, as in the reference; that the numbers of the third column jump is said.
    #expect(list.notices.count == 1)
    #expect(list.notices.first?.contains("'b' at \(first), line 4 (0, then 9)") == true)
  }

  @Test("Frame numbers that ascend one by one, each video for itself, are not remarked upon")
  func ascendingNumbers() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let rows = "header\na 0 5 1.jpg \"\"\nb 0 0 2.jpg \"\"\na 0 6 3.jpg \"\"\nb 0 1 4.jpg \"\"\n"
    #expect(try FrameList.read(paths: [try scratch.file(rows)], frameFolder: "").notices.isEmpty)
  }

  @Test("A first line that holds a frame is said to be passed over")
  func headerless() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let list = try FrameList.read(paths: [try scratch.file("a 0 0 1.jpg \"\"\na 0 1 2.jpg \"\"\n")], frameFolder: "")
    #expect(list.videos.map(\.count) == [1])
    #expect(list.notices.count == 1)
  }

  @Test("Quotes and commas in names are said")
  func quotedNames() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let list = try FrameList.read(paths: [try scratch.file("header\n\"a\", 0 0 1.jpg \"\"\n")], frameFolder: "")
    #expect(list.videos.map(\.name) == ["\"a\","])
    #expect(list.notices.count == 1)
    expectEssentials(list.notices.first, ["1 video whose name holds quotes or a comma", "\"a\","])
  }

  @Test("A malformed line is an error; so is a list without frames")
  func bad() throws {
    let fields = try failure("header\na 0 0 1.jpg \"\"\na 0 1 my frame.jpg \"\"\n") {
      _ = try FrameList.read(paths: [$0], frameFolder: "")
    }
    expectEssentials(fields, ["reading the frame list", "line 3", "5 fields", "found 6", "spaces"])
    let empty = try failure("header\n") { _ = try FrameList.read(paths: [$0], frameFolder: "") }
    expectEssentials(empty, ["rows of frames", "none"])
  }
}
