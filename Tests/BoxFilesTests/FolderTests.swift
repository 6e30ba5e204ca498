import BoxFiles
import Files
import TestSupport
import Testing

/// Folders with a file for each video.
@Suite struct FolderTests {
  private func cvat(_ label: String, source: String = "") -> String {
    """
    <annotations><meta><task><source>\(source)</source></task></meta><track id="1" label="\(label)">
    <box frame="2" outside="0" xtl="1" ytl="2" xbr="3" ybr="4"/><polygon frame="2" points="1,2"/></track></annotations>

    """
  }

  private func said(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("Hidden files and notes beside YOLO's labels are no labels")
  func notes() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    for name in ["._film_25.txt", "README.roboflow.txt", "readme.md", ".hidden.txt"] {
      _ = try scratch.file(name, "Mac OS X, or a note of many words\nanother line\n")
    }
    _ = try scratch.file("film_25.txt", "0 0.5 0.5 0.2 0.4\n")
    let file = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(file.format == "yolo" && file.files.map { splitPath($0).name } == ["film_25.txt"])
  }

  @Test("Files of one format are read as one, each of the video that it is called like")
  func joined() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    _ = try scratch.file("b.xml", cvat("person"))
    _ = try scratch.file("a.xml", cvat("rider", source: "film.mp4"))
    _ = try scratch.file("README.md", "no boxes")
    for format in [nil, "cvat"] as [String?] {
      let file = try #require(try BoxFile.read(path: scratch.folder.path, format: format))
      #expect(file.format == "cvat" && file.hasFilePerVideo && file.firstFrame == 0)
      #expect(file.files.map { splitPath($0).name } == ["a.xml", "b.xml"])
      #expect(file.records.map(\.className) == ["rider", "person"] && file.records.map(\.video) == ["film.mp4", nil])
      #expect(file.describe(file.records[1].place).hasSuffix("/b.xml'"))
      #expect(file.leftOut.map { "\($0.what) \($0.count)" } == ["polygon 2"])
      #expect(file.reason == (format == nil ? "2 files, the first one is annotations with tracks" : nil))
      #expect(try file.fingerprint(doing: "testing").hasPrefix("2 files, sha256 "))
    }
  }

  @Test("Numbers of classes are each file's own")
  func classes() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    func items(_ numbers: [Int]) -> String {
      "[\(numbers.map { "{\"image_id\": 1, \"category_id\": \($0), \"bbox\": [1, 2, 30, 4]}" }.joined(separator: ", "))]"
    }
    _ = try scratch.file("a.json", items([0, 1]))
    _ = try scratch.file("b.json", items([1, 2]))
    let file = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(file.records.map { file.className(of: $0) } == ["person", "1", "person", "2"])
    _ = try scratch.file("b.json", items([0, 2]))
    let alike = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(alike.personNumber == 0 && alike.records.map(\.classNumber) == [0, 1, 0, 2])
  }

  @Test("One file is that file; several formats are refused; AVA's rows are their own reader's")
  func others() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let first = try scratch.file("a.xml", cvat("person"))
    #expect(try BoxFile.read(path: scratch.folder.path)?.files == [first])
    _ = try scratch.file("b.csv", "v,902,0.1,0.2,0.3,0.4,,0.9\n")
    #expect(
      said { _ = try BoxFile.read(path: scratch.folder.path) }.contains(
        "expected files of one format, found CVAT's XML in 'a.xml' and AVA's rows in 'b.csv'"))
    let rows = Scratch()
    defer { rows.folder.remove() }
    _ = try rows.file("b.csv", "v,902,0.1,0.2,0.3,0.4,,0.9\n")
    #expect(try BoxFile.read(path: rows.folder.path)?.format == nil)
    #expect(try BoxFile.files(in: rows.folder.path).map { splitPath($0).name } == ["b.csv"])
    // Texts are labels of pictures, whatever lies beside them.
    _ = try rows.file("v_1.txt", "0 0.5 0.5 0.2 0.4\n")
    #expect(try BoxFile.read(path: rows.folder.path)?.format == "yolo")
  }

  @Test("A folder of labels in which nobody is: without files, or with empty ones; of other things it is none")
  func nobody() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let folder = scratch.folder.path + "/labels"
    try makeFolder(folder)
    let empty = try #require(try BoxFile.read(path: folder))
    #expect(empty.summary == "'\(folder)' is YOLO's labels (an empty folder), and nobody is in it")
    for name in ["v_1.txt", "v_2.txt", "below/v_3.txt"] { _ = try scratch.file("labels/" + name, "\n") }
    _ = try scratch.file("labels/classes.txt", "person\n")
    let blank = try #require(try BoxFile.read(path: folder))
    #expect(blank.summary == "'\(folder)' is YOLO's labels (3 empty text files), and nobody is in it")
    #expect(blank.pictures.count == 3)
    _ = try scratch.file("labels/below/v_3.txt", "words\n")
    #expect(said { _ = try BoxFile.read(path: folder) }.contains("found a folder of text files of another form"))
    _ = try scratch.file("pictures/a.jpg", "no picture")
    #expect(
      said { _ = try BoxFile.read(path: scratch.folder.path + "/pictures") }.contains(
        "found a folder without files of boxes"))
  }

  @Test(
    "Ultralytics' data.yaml names the classes of labels, in their folder and above it",
    arguments: [
      "path: ../set\nnames:\n  0: dog # a comment\n  1: 'cat'\n  2: person\nnc: 3\n", "names: [dog, \"cat\", person]\n",
      "names: ['dog',\n  'cat',\n  'person']\nnc: 3\n", "names:\n- dog\n- cat\n- person\n",
      "names: {0: dog, 1: cat, 2: person}\n",
    ])
  func namesInYAML(_ text: String) throws {
    for place in ["labels/train/data.yaml", "labels/data.yaml", "data.yaml"] {
      let scratch = Scratch()
      defer { scratch.folder.remove() }
      _ = try scratch.file("labels/train/v_1.txt", "2 0.5 0.5 0.2 0.4\n0 0.5 0.5 0.2 0.4\n")
      let yaml = try scratch.file(place, text)
      let file = try #require(try BoxFile.read(path: scratch.folder.path + "/labels/train"))
      #expect(file.records.map { file.className(of: $0) } == ["person", "dog"], "\(place) \(file.classNames)")
      #expect(file.personNumber == nil && file.remarks == ["classes are named as in '\(yaml)'"])
    }
  }

  @Test("A line that is half-written is named in a folder of labels")
  func halfWritten() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    for number in 1...5 { _ = try scratch.file("labels/v_\(number).txt", "0 0.3 0.5 0.2 0.4\n") }
    _ = try scratch.file("labels/v_2.txt", "0 0.3 0.5 0.2 0.4\n0 0.3 0.5 0.\n")
    let error = said { _ = try BoxFile.read(path: scratch.folder.path + "/labels") }
    #expect(
      error.contains("/labels/v_2.txt', line 2: expected class, x, y, width, height") && error.contains("0 0.3 0.5 0."),
      "\(error)")
  }

  @Test("A line that is half-written is named in a folder of MOTChallenge's texts")
  func halfWrittenMOT() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    for name in ["a", "b", "c"] {
      _ = try scratch.file("mot/\(name).txt", "1,1,10,20,30,40,0.9\n2,1,11,20,30,40,0.9\n")
    }
    _ = try scratch.file("mot/b.txt", "1,1,10,20,30,40,0.9\n2,1,11,2\n")
    let error = said { _ = try BoxFile.read(path: scratch.folder.path + "/mot") }
    #expect(
      error.contains("/mot/b.txt', line 2: expected 6 to 10 numbers: frame, track,") && error.contains("'2,1,11,2'"),
      "\(error)")
  }

  @Test("Labels of a segmentation model are told and refused")
  func polygons() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let polygon = "0 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4"
    _ = try scratch.file("labels/v_1.txt", polygon + "\n" + polygon + " 0.2 0.5 0.91\n")
    let said = said { _ = try BoxFile.read(path: scratch.folder.path + "/labels") }
    #expect(said.contains("/labels/v_1.txt', line 1: expected class, x, y, width, height, then"), "\(said)")
    #expect(said.hasSuffix("polygons of a segmentation model are no boxes: take a detection model's labels"), "\(said)")
  }

  @Test("Lines of JSON: boxes with what is theirs, and what is wrong with a line")
  func lines() throws {
    let text = """
      {"time": 1, "boxes": [[0.1, 0.2, 0.3, 0.4], {"box": [0.5, 0.2, 0.7, 0.4], "score": 0.25, "id": 7}]}
      {"video": "v", "time": 2.5, "boxes": []}

      {"video": "v", "time": 3, "boxes": [[0.5, 0.2, 0.7, 0.4, 0.75]]}

      """
    let file = try #require(try read(text, as: "p.jsonl"))
    #expect(file.format == "jsonl" && file.records.map(\.position) == [.second(1), .second(1), .second(3)])
    #expect(file.records.map(\.score) == [nil, 0.25, 0.75] && file.records.map(\.track) == [nil, 7, nil])
    #expect(file.records.map(\.video) == [nil, nil, "v"] && file.records[0].unit == .fractions)
    #expect(file.records[2].place.number == 4)
    for (line, essentials) in [
      ("{\"boxes\": [[0.1, 0.1, 0.2, 0.2]]}", "line 2: expected a second as \"time\", found none -> correct"),
      ("{\"time\": 1, \"boxes\": [[0.3, 0.1, 0.2, 0.2]]}", "line 2: expected [x1, y1, x2, y2] with x1 < x2"),
      ("{\"time\": 1, \"video\": 3, \"boxes\": []}", "line 2: expected a name as \"video\", found 3"),
      ("{\"time\": 1", "line 2: expected {\"time\": 12.0"),
    ] {
      let said = complaint(String(text.prefix { $0 != "\n" }) + "\n" + line + "\n", as: "p.jsonl")
      #expect(said.contains(essentials), "\(said)")
    }
  }

  @Test("COCO's pictures may have a second beside the frame")
  func seconds() throws {
    let text = """
      {"videos": [{"id": 1, "name": "v"}],
       "images": [{"id": 1, "video_id": 1, "frame_id": 7, "second": 902.5, "width": 10, "height": 20}],
       "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]}
      """
    let record = try #require(try read(text, as: "p.json")).records[0]
    #expect(record.position == .frame(7) && record.second?.value == 902.5)
  }
}
