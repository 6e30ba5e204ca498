import Exports
import Geometry
import JSON
import TestSupport
import Testing
import TrackRecords
import Tracks

/// Each format's files, byte by byte.
@Suite struct FormatTests {
  private let video = ExportedVideo(twoPeople, path: "films/a b.mp4", clock: tenASecond, startingSecond: 0)

  @Test func cvat() throws {
    func box(_ frame: Int, _ corners: String, _ outside: Int = 0, walks: Bool) -> String {
      """
          <box frame="\(frame)" keyframe="1" outside="\(outside)" occluded="0" \(corners) z_order="0">
            <attribute name="walk">\(walks)</attribute>
          </box>

      """
    }
    let expected = """
      <?xml version="1.0" encoding="UTF-8"?>
      <annotations>
        <version>1.1</version>
        <meta>
          <task>
            <name>a</name>
            <size>40</size>
            <mode>interpolation</mode>
            <start_frame>0</start_frame>
            <stop_frame>39</stop_frame>
            <labels>
              <label>
                <name>person</name>
                <attributes>
                  <attribute>
                    <name>walk</name>
                    <mutable>True</mutable>
                    <input_type>checkbox</input_type>
                    <default_value>false</default_value>
                    <values>false</values>
                  </attribute>
                </attributes>
              </label>
            </labels>
            <original_size>
              <width>100</width>
              <height>50</height>
            </original_size>
            <source>a b.mp4</source>
          </task>
        </meta>
        <track id="3" label="person" source="auto">

      """
      + box(5, "xtl=\"10.00\" ytl=\"10.00\" xbr=\"30.00\" ybr=\"40.00\"", walks: true)
      + box(10, "xtl=\"10.00\" ytl=\"10.00\" xbr=\"30.00\" ybr=\"40.00\"", walks: true)
      + box(15, "xtl=\"15.00\" ytl=\"10.00\" xbr=\"35.00\" ybr=\"40.00\"", walks: false)
      + box(20, "xtl=\"20.00\" ytl=\"10.00\" xbr=\"40.00\" ybr=\"40.00\"", walks: false)
      + box(21, "xtl=\"20.00\" ytl=\"10.00\" xbr=\"40.00\" ybr=\"40.00\"", 1, walks: false)
      + "  </track>\n  <track id=\"7\" label=\"person\" source=\"auto\">\n"
      + box(10, "xtl=\"50.00\" ytl=\"0.00\" xbr=\"75.00\" ybr=\"50.00\"", walks: false)
      + box(11, "xtl=\"50.00\" ytl=\"0.00\" xbr=\"75.00\" ybr=\"50.00\"", 1, walks: false)
      + "  </track>\n</annotations>\n"
    let files = try written([video], as: "cvat")
    #expect(Array(files.keys) == ["cvat/a.xml"])
    #expect(difference(files["cvat/a.xml"] ?? "", expected) == nil)
  }

  @Test("Nobody is outside of a frame that the video has not")
  func lastFrame() throws {
    let last = ExportedVideo(
      VideoTracks(video: "a", tracks: [track(1, [(3.9, box(0, 0, 1, 1))])]), clock: tenASecond, startingSecond: 0)
    let text = try written([last], as: "cvat")["cvat/a.xml"] ?? ""
    #expect(text.contains("frame=\"39\"") && !text.contains("outside=\"1\""))
  }

  @Test func via() throws {
    let files = try written([video], as: "via")
    let json = try JSONReader.read(Array((files["via.json"] ?? "").utf8))
    #expect(json["project"]?["vid_list"] == ["1"] && json["view"] == ["1": ["fid_list": ["1"]]])
    #expect(json["file"]?["1"]?["fname"] == "a b.mp4" && json["file"]?["1"]?["type"] == JSONValue(4))
    #expect(json["attribute"]?["2"]?["options"] == ["14": "walk"])
    #expect(json["attribute"]?["2"]?["anchor_id"] == "FILE1_Z2_XY0")
    let stretch: JSONValue = [
      "vid": "1", "flg": JSONValue(0), "z": .array([JSONValue(0.5), JSONValue(1.5)]), "xy": [],
      "av": ["1": "person 3", "2": "14", "3": "0.5"],
    ]
    let rectangle: JSONValue = [
      "vid": "1", "flg": JSONValue(0), "z": .array([JSONValue(1.0)]),
      "xy": .array([JSONValue(2)] + [50.0, 0, 25, 50].map { JSONValue($0) }), "av": ["4": "0", "5": "person 7"],
    ]
    #expect(json["metadata"]?["1_1"] == stretch && json["metadata"]?["1_4"] == rectangle)
  }

  @Test func coco() throws {
    let other = ExportedVideo(
      VideoTracks(video: "b", tracks: [stander]),
      clock: FrameClock(size: ImageSize(width: 10, height: 10), framesPerSecond: 25),
      startingSecond: 0)
    #expect(
      difference(
        try written([video, other], as: "coco")["coco.json"] ?? "",
        """
        {
          "info": {"description": "people and actions", "contributor": "slowfast"},
          "licenses": [],
          "categories": [
          {"id": 15, "name": "person", "supercategory": "person"},
          {"id": 14, "name": "walk", "supercategory": "action"}
        ],
          "videos": [
          {"id": 1, "name": "a", "file_name": "a b.mp4", "width": 100, "height": 50, "fps": 10.0},
          {"id": 2, "name": "b", "file_name": "b", "width": 10, "height": 10, "fps": 25.0}
        ],
          "images": [
          {"id": 1, "file_name": "a/000010.jpg", "width": 100, "height": 50, "video_id": 1, "frame_id": 10, "time": 1.0, "second": 1.0},
          {"id": 2, "file_name": "a/000020.jpg", "width": 100, "height": 50, "video_id": 1, "frame_id": 20, "time": 2.0, "second": 2.0},
          {"id": 3, "file_name": "b/000025.jpg", "width": 10, "height": 10, "video_id": 2, "frame_id": 25, "time": 1.0, "second": 1.0}
        ],
          "annotations": [
          {"id": 1, "image_id": 1, "category_id": 15, "bbox": [10.0, 10.0, 20.0, 30.0], "area": 600.0, "iscrowd": 0, \
        "track_id": 3, "score": 0.75},
          {"id": 2, "image_id": 1, "category_id": 14, "bbox": [10.0, 10.0, 20.0, 30.0], "area": 600.0, "iscrowd": 0, \
        "track_id": 3, "score": 0.5},
          {"id": 3, "image_id": 1, "category_id": 15, "bbox": [50.0, 0.0, 25.0, 50.0], "area": 1250.0, "iscrowd": 0, \
        "track_id": 7, "score": 0.75},
          {"id": 4, "image_id": 2, "category_id": 15, "bbox": [20.0, 10.0, 20.0, 30.0], "area": 600.0, "iscrowd": 0, \
        "track_id": 3, "score": 0.75},
          {"id": 5, "image_id": 3, "category_id": 15, "bbox": [5.0, 0.0, 2.5, 10.0], "area": 25.0, "iscrowd": 0, \
        "track_id": 7, "score": 0.75}
        ]
        }

        """) == nil)
  }

  @Test("Rows keep the clock of the source")
  func ava() throws {
    let later = VideoTracks(
      video: "a,1", tracks: [track(3, [(902, box(0.1, 0.2, 0.3, 0.8)), (903.5, box(0.2, 0.2, 0.4, 0.8))])],
      tubes: [tube(track(3, []), 14, 901.5, 902.5), tube(track(3, []), 12, 901.5, 902.5)])
    let rows = try written([ExportedVideo(later, clock: nil, startingSecond: 900)], as: "ava")["ava.csv"]
    #expect(
      rows == """
        "a,1",0902,0.1000,0.2000,0.3000,0.8000,12,3
        "a,1",0902,0.1000,0.2000,0.3000,0.8000,14,3
        "a,1",0903.5

        """)
    #expect(throws: ExportError.lineBreak(format: "ava", video: "a\nb")) {
      try written([ExportedVideo(VideoTracks(video: "a\nb", tracks: []), clock: nil, startingSecond: 0)], as: "ava")
    }
  }

  @Test func elan() throws {
    let twice = VideoTracks(
      video: "a", tracks: [walker],
      tubes: [tube(walker, 14, 0.5, 1.5), tube(walker, 12, 1, 3), tube(walker, 14, 1.5, 2)])
    let text = try written([ExportedVideo(twice, path: "/films/a b&c.mov", clock: nil, startingSecond: 0)], as: "elan")[
      "elan/a.eaf"]
    func annotation(_ number: Int, _ start: Int, _ end: Int, _ value: String) -> String {
      """
          <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a\(number)" TIME_SLOT_REF1="ts\(start)" TIME_SLOT_REF2="ts\(end)">
              <ANNOTATION_VALUE>\(value)</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
          </ANNOTATION>

      """
    }
    let body = """
        <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
          <MEDIA_DESCRIPTOR MEDIA_URL="file:///films/a%20b%26c.mov" MIME_TYPE="video/quicktime" \
      RELATIVE_MEDIA_URL="./a%20b%26c.mov"/>
          <PROPERTY NAME="lastUsedAnnotationId">3</PROPERTY>
        </HEADER>
        <TIME_ORDER>
          <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/>
          <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1000"/>
          <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="1500"/>
          <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="1500"/>
          <TIME_SLOT TIME_SLOT_ID="ts5" TIME_VALUE="2000"/>
          <TIME_SLOT TIME_SLOT_ID="ts6" TIME_VALUE="3000"/>
        </TIME_ORDER>
        <TIER LINGUISTIC_TYPE_REF="action" PARTICIPANT="person 3" TIER_ID="person 3: stand">

      """
      + annotation(1, 2, 6, "stand")
        + """
          </TIER>
          <TIER LINGUISTIC_TYPE_REF="action" PARTICIPANT="person 3" TIER_ID="person 3: walk">

        """
      + annotation(2, 1, 3, "walk") + annotation(3, 4, 5, "walk") + "  </TIER>\n"
    #expect(text?.contains(body) == true, "\(text ?? "")")
  }

  @Test("What would be empty lasts a millisecond, and pushes on what follows it")
  func shortActions() throws {
    let short = ExportedVideo(
      VideoTracks(
        video: "a", tracks: [walker],
        tubes: [tube(walker, 14, 1, 1.0001), tube(walker, 14, 1.0002, 1.0003), tube(walker, 14, 1.0004, 1.004)]),
      clock: nil, startingSecond: 0)
    let elan = try written([short], as: "elan")["elan/a.eaf"] ?? ""
    let values = elan.split(separator: "TIME_VALUE=\"").dropFirst().map { Int($0.prefix { $0.isNumber }) ?? -1 }
    #expect(values == [1000, 1001, 1001, 1002, 1002, 1004])
    #expect(try written([short], as: "webvtt")["webvtt/a.vtt"]?.contains("00:00:01.000 --> 00:00:01.001\n") == true)
  }

  @Test func webvtt() throws {
    let long = VideoTracks(
      video: "a", tracks: [walker, stander],
      tubes: [tube(walker, 14, 3599.9996, 360_001.25), tube(stander, 14, 0, 1), tube(walker, 12, 0, 2)])
    #expect(
      try written([ExportedVideo(long, clock: nil, startingSecond: 0)], as: "webvtt")["webvtt/a.vtt"] == """
        WEBVTT

        00:00:00.000 --> 00:00:02.000
        <v person 3>person 3: stand</v>

        00:00:00.000 --> 00:00:01.000
        <v person 7>person 7: walk</v>

        01:00:00.000 --> 100:00:01.250
        <v person 3>person 3: walk</v>

        """)
  }

  @Test("Who has no frames is named, before anything is written")
  func missingFrames() throws {
    let blind = ExportedVideo(twoPeople, clock: nil, startingSecond: 0)
    for format in ["cvat", "via", "coco"] {
      #expect(throws: ExportError.noFrames(format: format, video: "a")) { try written([blind], as: format) }
    }
    #expect(ExportFormats.thatNeedFrames(ExportFormats.names) == ["cvat", "via", "coco"])
    for format in ["ava", "elan", "webvtt"] { #expect(try written([blind], as: format).count == 1) }
  }
}
