import Classify
import ClassificationEval
import Files
import TestSupport
import Testing

private let fixtures = projectRoot + "/Tests/Fixtures/Classify/"

/// Reads a file of this text; the error's text where it is refused.
private func read(_ text: String, isMultiLabel: Bool = false) throws -> (Predictions?, String) {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try writeFile(folder.path + "/p.csv", text)
  do { return (try Predictions(path: folder.path + "/p.csv", isMultiLabel: isMultiLabel), "") } catch {
    return (nil, "\(error)")
  }
}

@Suite struct PredictionFileTests {
  private let scores: [[Float]] = [[7, 2, 1], [1, 3, 6], [3, 4, 3], [5, 1, 4]]

  @Test func forms() throws {
    let protocols = (0...2).map { "torch_protocol\($0).pkl" }
    for name in ["torch.pkl", "numpy.pkl", "fortran.npz"] + protocols {
      let found = try Predictions(path: fixtures + name)
      #expect(found.scores == scores && found.labels == [[0], [1], [1], [2]] && !found.isMultiLabel)
      #expect(found.names == ["0", "1", "2", "3"])
    }
    #expect(try Predictions(path: fixtures + "predictions.npz").names == ["a.mp4", "b/b.mp4", "ö.mp4", "d.mp4"])
    let several = try Predictions(path: fixtures + "several.pkl")
    #expect(several.isMultiLabel && several.labels == [[0, 2], [1], [1, 2], []])
    let table = try read("video,label,class_0,class_1\n\"a, b.mp4\",1,0.25,0.75\nc.mp4,-1,1,2\nd,\"0,1\",3,4\n").0
    #expect(table?.names == ["a, b.mp4", "c.mp4", "d"] && table?.labels == [[1], nil, [0, 1]])
    #expect(table?.scores == [[0.25, 0.75], [1, 2], [3, 4]] && table?.isMultiLabel == true)
  }

  /// A table of videos of several classes says so, and a video of none of them counts; an older one is told by its rows, or
  /// by the call.
  @Test func tablesOfSeveralClasses() throws {
    let told = try read("video,labels,class_0,class_1\na,1,1,2\nb,,3,4\nc,-1,5,6\n").0
    #expect(told?.isMultiLabel == true && told?.labels == [[1], [], nil] && told?.notices == [])
    let guessed = try read("video,label,class_0,class_1\na,\"0,1\",1,2\nb,,3,4\n").0
    #expect(guessed?.isMultiLabel == true && guessed?.labels == [[0, 1], []])
    #expect(
      guessed?.notices.first?.contains("every video has any number of them, those with an empty label (1) none") == true
    )
    let text = "video,label,class_0,class_1\na,1,1,2\nb,,3,4\n"
    let single = try read(text).0
    #expect(single?.isMultiLabel == false && single?.labels == [[1], nil])
    #expect(single?.notices.first?.contains("1 empty label taken for a class that is not known -> where") == true)
    let asked = try read(text, isMultiLabel: true).0
    #expect(asked?.isMultiLabel == true && asked?.labels == [[1], []] && asked?.notices == [])
    #expect(try read("video,label,class_0\na,0.0,1\n").1.contains("-> write classes as whole numbers: 0"))
    #expect(try read("video,label,class_0\na,0.5,1\n").1.contains("TEST.SAVE_RESULTS_PATH"))
  }

  /// An array that is not what its header says is named, instead of being passed over.
  @Test func falseShapes() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/p.npz"
    var bytes = try readFile(fixtures + "predictions.npz", doing: "reading a test's file")
    let (old, new) = (Array("(4, 3)".utf8), Array("(4, 9)".utf8))
    let places = bytes.indices.filter { bytes[$0...].starts(with: old) }
    #expect(places.count == 1)
    for place in places { bytes.replaceSubrange(place..<place + old.count, with: new) }
    // Without the checksums in the archive's directory nothing else is wrong with it.
    for place in bytes.indices where bytes[place...].starts(with: [0x50, 0x4B, 1, 2]) {
      bytes.replaceSubrange(place + 16..<place + 20, with: [0, 0, 0, 0])
    }
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    do {
      _ = try Predictions(path: path)
      Issue.record("read")
    } catch { #expect("\(error)".contains("'video_preds': "), "\(error)") }
    #expect(
      try Predictions(path: fixtures + "numpy.pkl").notices.first?.contains("holds no names of its videos") == true)
    #expect(try Predictions(path: fixtures + "predictions.npz").notices == [])
  }

  @Test(
    "Bad tables say the line",
    arguments: [
      ("a,b\n1,2\n", "line 1: expected the header 'video,label,class_0,...'"),
      ("video,label,class1,score1\n", "line 1: the five best classes of each video alone"),
      ("video,label,class_0\na,0,1,2\n", "line 2: 4 columns, the header has 3"),
      ("video,label,class_0\na,0,nan\n", "line 2: a score that is no finite number"),
      ("video,label,class_0\na,1,2\n", "line 2: the class '1', and there are scores of 0 to 0"),
      ("video,label,class_0\n", "no video"),
      ("video,label,class_1,class_0\na,0,0.6,0.4\n", "line 1: column 3 is 'class_1', expected 'class_0'"),
      ("video,label,class_0,run\na,0,0.6,0.4\n", "line 1: column 4 is 'run', expected 'class_1'"),
    ])
  func badTables(text: String, expected: String) throws {
    let said = try read(text).1
    #expect(said.contains(expected) && said.contains("TEST.SAVE_RESULTS_PATH"), "\(said)")
  }

  @Test func groups() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    func read(_ text: String, _ names: [String] = []) throws -> [ClassGroup] {
      try writeFile(folder.path + "/g.json", text)
      return try ClassGroup.read(path: folder.path + "/g.json", names: names, classes: 3)
    }
    let groups = try read(#"{"late": [1, 2], "none": []}"#)
    #expect(groups == [ClassGroup(name: "late", labels: [1, 2]), ClassGroup(name: "none", labels: [])])
    #expect(try read(#"{"x": ["b"]}"#, ["a", "b", "c"])[0].labels == [1])
    for (text, expected) in [
      ("[]", "expected an object of lists"), (#"{"x": 1}"#, "group 'x' is no list"),
      (#"{"x": [3]}"#, "there are scores of 0 to 2"), (#"{"x": ["d"]}"#, "names of classes: give these too"),
    ] {
      let error = #expect(throws: GroupError.self) { try read(text) }
      #expect(error?.description.contains(expected) == true, "\(error?.description ?? "none")")
    }
  }
}
