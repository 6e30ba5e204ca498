import BoxFiles
import Files
import TestSupport
import Testing

/// A text that is wrong, and what must be said of it.
struct BadBoxes: Sendable, CustomTestStringConvertible {
  var text: String
  var format: String?
  var essentials: [String]
  var testDescription: String { "\(format ?? "") \(text.prefix(40)) \(essentials)" }
}

@Suite struct BadBoxesTests {
  @Test("Bad files are refused with place, expectation, finding and remedy", arguments: badFiles)
  func refused(_ bad: BadBoxes) {
    let said = complaint(bad.text, as: "bad.txt", format: bad.format)
    for part in ["reading the boxes: '", "bad.txt'", " -> "] + bad.essentials {
      #expect(said.contains(part), "'\(part)' in: \(said)")
    }
  }

  @Test("A folder of other text files, and one without any")
  func folders() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    _ = try scratch.file("a.jpg", "no picture")
    #expect(
      said { _ = try BoxFile.read(path: scratch.folder.path) }.contains(
        "found a folder without files of boxes -> give one of"))
    _ = try scratch.file("notes.txt", "hello\n")
    #expect(said { _ = try BoxFile.read(path: scratch.folder.path) }.contains("a folder of text files of another form"))
    _ = try scratch.file("a_1.txt", "0 0.5 0.5 0.1 0.1\n")
    #expect(
      said { _ = try BoxFile.read(path: scratch.folder.path, format: "yolo") }.contains(
        "notes.txt', line 1: expected class, x, y, width, height"))
  }

  @Test("A format of another name is answered with the nearest one")
  func unknownFormat() {
    let text = said { _ = try BoxFile.read(path: examples + "mot.txt", format: "mmaction") }
    #expect(
      text.contains("there is no format 'mmaction' -> did you mean mmaction2? --proposals-format is one of ava, yolo"))
  }

  @Test("What is missing, a video, a pipe's name: no reader of boxes takes it")
  func otherPaths() throws {
    #expect(said { _ = try BoxFile.read(path: examples + "mott.txt", format: "mot") }.contains("did you mean"))
    #expect(try BoxFile.read(path: projectRoot + "/Tests/Fixtures/Video/bframes.mp4")?.format == nil)
    #expect(try BoxFile.read(path: "-")?.format == nil)
    #expect(try BoxFile.read(path: "/dev/null")?.format == nil)
  }

  @Test("A file of images that is none, or of other boxes")
  func images() throws {
    func said(_ images: String) throws -> String {
      let scratch = Scratch()
      defer { scratch.folder.remove() }
      let path = try scratch.file("images.json", images)
      do {
        _ = try BoxFile.read(path: examples + "coco_results.json", images: path)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(try said("{\"images\": []}").contains("images.json': expected an object with images, found none"))
    #expect(try said("{\"images\": [{\"id\": 1}]}").contains("image 0: expected a file_name, found nothing"))
    #expect(
      try said("{\"images\": [{\"id\": 1, \"file_name\": \"a_1.jpg\"}]}").contains(
        "item 0: expected an image_id that the images of"))
    #expect(
      try said("{\"images\": [{\"id\": 1, \"file_name\": \"a\", \"width\": 0, \"height\": 2}]}").contains(
        "expected a width and a height of a picture"))
  }

  private func said(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }
}

private let badFiles = [
  BadBoxes(
    text:
      "<annotations><meta><task><original_size>\n<width>abc</width>\n<height>63</height></original_size></task></meta>\n</annotations>",
    format: "cvat", essentials: ["line 2", "expected the pictures' width in pixels, 1 or more, found 'abc'"]),
  BadBoxes(
    text:
      "<annotations><meta><task><original_size>\n<width>97</width>\n<height>0</height></original_size></task></meta>\n</annotations>",
    format: "cvat", essentials: ["line 3", "height in pixels, 1 or more, found '0'"]),
  BadBoxes(
    text: "<annotations><meta><task><original_size>\n<width>97</width></original_size></task></meta>\n</annotations>",
    format: "cvat", essentials: ["line 2", "expected width and height in 'original_size', found one of them"]),
  BadBoxes(
    text: "<annotations>\n<image id=\"0\" name=\"a_1.png\" width=\"97\">\n</image></annotations>",
    format: "cvat", essentials: ["line 2", "expected width and height of an 'image', found one of them"]),
  BadBoxes(
    text: "<annotations>\n<image id=\"0\" name=\"a.png\" width=\"0\" height=\"0\"></image></annotations>",
    format: "cvat", essentials: ["line 2", "width in pixels, 1 or more, found '0'"]),
  BadBoxes(
    text: "0 0.5 0.5 0.2 0.3\n0 0.5 0.5\n", format: "yolo",
    essentials: ["line 2: expected class, x, y, width, height", "'0 0.5 0.5'"]),
  BadBoxes(
    text: "0 50 50 20 30\n", format: "yolo",
    essentials: ["line 1: expected centre x", "0 to 1", "'0 50 50 20 30'", "divide pixels"]),
  BadBoxes(
    text: "0 " + Array(repeating: "0.5", count: 20).joined(separator: " ") + "\n", format: "yolo",
    essentials: ["line 1", "21 numbers", "segmentation"]),
  BadBoxes(text: "0 0.5 0.5 0.2 0.3 0.9 0.5\n", format: "yolo", essentials: ["a track's number in column 7"]),
  BadBoxes(text: "0 0.5 0.5 nan 0.3\n", format: "yolo", essentials: ["line 1", "nan"]),
  BadBoxes(text: "-1 0.5 0.5 0.2 0.3\n", format: "yolo", essentials: ["line 1", "'-1 0.5"]),
  BadBoxes(text: "\n\n", format: "yolo", essentials: ["expected boxes of YOLO's labels, found none", "right file"]),
  BadBoxes(
    text: "1,1,10,20,30,40,0.9\n1,1,10,20,-30,40,0.9\n", format: "mot",
    essentials: ["line 2: expected 6 to 10 numbers: frame, track, left", "'1,1,10,20,-30,40,0.9'"]),
  BadBoxes(text: "1.5,1,10,20,30,40,0.9\n", format: "mot", essentials: ["line 1", "frame, track"]),
  BadBoxes(
    text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3]}]",
    essentials: ["item 0: expected four finite numbers as bbox", "[1, 2, 3]"]),
  BadBoxes(
    text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4]}, {\"image_id\": 1, \"bbox\": [1, 2, -3, 4]}]",
    essentials: ["item 1: expected a width and a height of 0 or more", "-3 and 4"]),
  BadBoxes(
    text: "[{\"image_id\": true, \"bbox\": [1, 2, 3, 4]}]",
    essentials: ["item 0: expected a number or a name as image_id"]),
  BadBoxes(
    text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4], \"score\": \"high\"}]",
    essentials: ["item 0: expected a finite number as score", "high"]),
  BadBoxes(
    text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4], \"category_id\": 1.5}]",
    essentials: ["a whole number as category_id", "1.5"]),
  BadBoxes(text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4]}", essentials: ["found JSON that is damaged at line 1"]),
  BadBoxes(
    text: "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4]}", format: "coco",
    essentials: ["line 1, column ", "expected JSON"]),
  BadBoxes(text: "{\"a\": 1}", essentials: ["found JSON of another form", "YOLO's labels", "--proposals-format"]),
  BadBoxes(text: "{\"a\": 1}", format: "coco", essentials: ["image_id and bbox", "JSON of another form"]),
  BadBoxes(text: "1,2,3\n", format: "coco", essentials: ["expected JSON, found other text"]),
  BadBoxes(
    text: "frame,x1,y1,x2,y2\n1,1,2,3\n", essentials: ["line 2: expected 5 columns as in the header, found 4"]),
  BadBoxes(
    text: "frame,x1,y1,x2,y2\n1,1,2,3,x\n",
    essentials: ["line 2: expected a number in the column 'y2', found 'x'"]),
  BadBoxes(text: "frame,x1,y1,x2,y2\n1,1,2,3,\n", essentials: ["a number in the column 'y2', found nothing"]),
  BadBoxes(text: "frame,x1,y1,x2,y2\n1.5,1,2,3,4\n", essentials: ["a whole number in the column 'frame'", "1.5"]),
  BadBoxes(
    text: "frame,x1,y1,x2,y2\n1,30,2,3,4\n",
    essentials: ["line 2: expected x2 at or right of x1", "x 30 to 3", "x1, y1, x2, y2"]),
  BadBoxes(
    text: "a,b,c,d,e\n1,1,2,3,4\n", format: "csv", essentials: ["line 1: expected a header with a frame or a second"]),
  BadBoxes(
    text: "frame,x1,y1,x2,label\n1,1,2,3,4\n", format: "csv", essentials: ["there is no column 'bottom'"]),
  BadBoxes(
    text: "frame,bbox,score\n1,\"[10, 6, 30, 56]\",0.9\n",
    essentials: [
      "line 1: expected a column for each number of a box, found one, 'bbox', for all", "split it into x1,y1",
    ]),
  BadBoxes(text: "frame,x1,y1,x2,y2\n\"1,1,2,3,4\n", essentials: ["line 2: expected a closing quote"]),
  BadBoxes(
    text:
      "# Exported using VIA\nmetadata_id,file_list,temporal_coordinates,spatial_coordinates,metadata\n1,[],[1],[2],{}\n",
    essentials: ["line 3: expected one file in 'file_list', found 0"]),
  BadBoxes(
    text: "metadata_id,file_list,temporal_coordinates,spatial_coordinates,metadata\n1,\"[\"\"a\"\"]\",[1],[2],{}\n",
    essentials: ["line 2: expected a rectangle: 2, left, top, width, height, found 1 numbers"]),
  BadBoxes(
    text: "metadata_id,file_list,temporal_coordinates,spatial_coordinates,metadata\n1,\"[\"\"a\"\"]\",oops,[2],{}\n",
    essentials: ["line 2: expected JSON in the column 'temporal_coordinates', found 'oops'"]),
  BadBoxes(
    text: #"{"project": {"vid_list": []}, "metadata": {"1_a": {"vid": "1", "z": [1], "xy": [2, 1, 1, 1, 1]}}}"#,
    essentials: ["item 0: expected a view of one file with its name, found 0 files under the view '1'"]),
  BadBoxes(
    text:
      #"{"_via_img_metadata": {"a": {"filename": "a_1.jpg", "regions": [{"shape_attributes": {"name": "rect", "x": 1}}]}}}"#,
    essentials: ["item 0: expected numbers x, y, width and height of a rect"]),
  BadBoxes(
    text:
      "<?xml version=\"1.0\"?>\n<annotations>\n<track id=\"1\" label=\"a\">\n<box frame=\"1\" xtl=\"1\"/></track></annotations>\n",
    essentials: ["line 4: expected an attribute 'ytl', found none"]),
  BadBoxes(
    text: "<?xml version=\"1.0\"?>\n<annotations>\n<track id=\"1\" label=\"a\">\n",
    essentials: ["line 4: expected XML, found"]),
  BadBoxes(
    text:
      "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"c\">]>\n<annotations><image id=\"0\" name=\"&b;\"/></annotations>\n",
    essentials: ["line 2: expected XML, found a document type"]),
  BadBoxes(text: "<?xml version=\"1.0\"?>\n<other/>\n", essentials: ["found XML of another form"]),
  BadBoxes(
    text:
      "<?xml version=\"1.0\"?>\n<annotations><image id=\"0\" name=\"a_1.jpg\"><tag label=\"x\"/></image></annotations>\n",
    essentials: ["expected boxes of CVAT's XML, found none, but tag (1)"]),
  BadBoxes(text: "(dp0\n.", format: "mmaction2", essentials: ["pickle"]),
]
