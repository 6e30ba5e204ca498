import BoxFiles
import Files
import TestSupport
import Testing

/// Ids of tracks as tools write them.
@Suite struct TrackIDTests {
  /// A table of boxes with these ids.
  private func table(_ ids: [String], column: String = "track") throws -> BoxFile {
    let rows = ids.map { "1,0.1,0.2,0.3,0.4,\($0)\n" }.joined()
    return try #require(try read("frame,x1,y1,x2,y2,\(column)\n" + rows, as: "t.csv"))
  }

  @Test("Whole numbers stay as they are; what stands for none is none")
  func wholeNumbers() throws {
    let file = try table(["11", "12.0", "", "None", "nan", "-1", "9007199254740991"])
    #expect(file.records.map(\.track) == [11, 12, nil, nil, nil, nil, 9_007_199_254_740_991] && file.remarks == [])
  }

  @Test(
    "Names, UUIDs and numbers that are too large are counted as they appear, which is said",
    arguments: [
      ["bert", "anna"], ["person_2", "person_1"], ["0b8f1c2e-77aa", "1e0f"], ["9007199254740993", "9007199254740992"],
      ["7", "anna"], ["1.5", "2.5"],
    ])
  func others(ids: [String]) throws {
    let file = try table(ids + [ids[0], ""])
    #expect(file.records.map(\.track) == [1, 2, 1, nil])
    #expect(
      file.remarks == [
        "ids that are no whole numbers are counted in the order in which they appear: '\(ids[0])' is 1, '\(ids[1])' is 2"
      ])
    let many = try table((1...9).map { "p\($0)" })
    #expect(many.remarks.first?.hasSuffix("'p4' is 4, ... (9 in all)") == true, "\(many.remarks)")
  }

  @Test("The table of supervision's CSVSink, and other names of the column")
  func columns() throws {
    let sink = try #require(
      try read(
        "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,frame_index\n10,6,30,56,0,0.95,12,0\n40,10,60,60,0,0.85,11,0\n",
        as: "sv.csv"))
    #expect(sink.records.map(\.track) == [12, 11] && sink.records[0].position == .frame(0) && sink.remarks == [])
    for name in ["object_id", "obj_id", "trackid", "Track ID", "identity", "person_id", "id"] {
      #expect(try table(["5"], column: name).records[0].track == 5, "\(name)")
    }
    let both = try #require(try read("frame,id,x1,y1,x2,y2,tracker_id\n1,3,0.1,0.2,0.3,0.4,8\n", as: "t.csv"))
    #expect(both.records[0].track == 8 && both.remarks == [])
  }

  @Test("A column that looks like an id and is not read is said")
  func unreadColumns() throws {
    let file = try table(["5"], column: "camera_uuid")
    #expect(file.records[0].track == nil)
    #expect(file.remarks == ["the column 'camera_uuid' is not read -> call it 'track' where it says who is who"])
    for name in ["valid", "area", "class_id"] { #expect(try table(["5"], column: name).remarks == [], "\(name)") }
  }

  @Test("COCO's ids may be names, and CocoVID's are called otherwise; a fraction is none")
  func coco() throws {
    func items(_ ids: [String]) -> String {
      "[\(ids.map { "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 30, 4], \"score\": 0.5, \($0)}" }.joined(separator: ","))]"
    }
    let named = try #require(try read(items(["\"track_id\": \"b\"", "\"track_id\": \"a\"", "\"track_id\": null"])))
    #expect(named.records.map(\.track) == [1, 2, nil] && named.remarks.count == 1)
    let large = try #require(try read(items(["\"instance_id\": 4", "\"instance_id\": 12345678901234567890"])))
    #expect(large.records.map(\.track) == [1, 2])
    #expect(try read(items(["\"instance_id\": 4", "\"track_id\": 9.0"]))?.records.map(\.track) == [4, 9])
    #expect(
      complaint(items(["\"track_id\": 1.5"])).contains("expected a whole number or a name as track_id, found '1.5'"))
  }

  @Test("VIA's attributes say who it is")
  func via() throws {
    let text = """
      {"_via_img_metadata": {"a_1.jpg1": {"filename": "a_1.jpg", "size": 1, "file_attributes": {}, "regions": [
        {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, "region_attributes": {"class": "person", "track_id": "12"}},
        {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, "region_attributes": {"class": "person"}}]}}}
      """
    #expect(try read(text, as: "v.json")?.records.map(\.track) == [12, nil])
    let three = """
      # CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata
      "1_c","[""v.mp4""]",0,"[2.25]","[2,1,2,3,4]","{""label"":""rider"",""track"":""4""}"

      """
    #expect(try read(three, as: "v.csv")?.records.map(\.track) == [4])
  }

  @Test("Ids of a folder's files are each file's own")
  func folder() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    for name in ["a", "b", "c", "d", "e"] {
      _ = try scratch.file(name + ".csv", "frame,x1,y1,x2,y2,track\n1,0.1,0.2,0.3,0.4,\(name)\n")
    }
    let file = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(file.records.map(\.track) == [1, 1, 1, 1, 1] && file.remarks.count == 4)
    #expect(
      file.remarks.first
        == "'a.csv': ids that are no whole numbers are counted in the order in which they appear: 'a' is 1")
    #expect(file.remarks.last == "the like of 2 more files")
  }
}
