import AVARecords
import Datasets
import Geometry
import TestSupport
import Testing

@Suite struct ProposalTests {
  private func read(
    _ texts: String..., threshold: Double = 0.5, times: ProposalList.Times = .ava, listed: [String]? = nil
  ) throws -> ProposalList {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    var paths: [String] = []
    for (index, text) in texts.enumerated() { paths.append(try scratch.file(text, "\(index).csv")) }
    return try ProposalList.read(paths: paths, scoreThreshold: threshold, times: times, listedVideos: listed)
  }

  @Test("An equal score stays, a lower one falls away")
  func threshold() throws {
    let list = try read("v,902,0,0,1,1,,0.5\nv,902,0,0,.5,1,,0.499999999\nv,902,0,0,.4,1,,0.6\n")
    #expect(list.keyFrames(of: "v").first?.boxes.map(\.x2) == [1, 0.4])
    #expect(list.keyFrames(of: "v").first?.scores == [0.5, 0.6])
    #expect(list.summary.belowThreshold == 1 && list.summary.keptRows == 2)
    #expect(list.keyFramesBelowThreshold.isEmpty)
  }

  @Test("Key frames whose boxes are all below the threshold are known, where they may be scored at all")
  func keyFramesBelowThreshold() throws {
    let list = try read(
      "v,904,0,0,1,1,,.1\nv,903,0,0,1,1,,.1\nv,903,0,0,.5,1,,.2\nv,902,0,0,1,1,,.9\nv,902,0,0,.5,1,,.1\n",
      "v,901,0,0,1,1,,.1\nw,902,0,0,1,1,,.1\n", listed: ["v"])
    #expect(list.keyFramesBelowThreshold.map(\.description) == ["v,0903", "v,0904"])
    #expect(list.summary.belowThreshold == 5 && list.summary.outsideRange == 0)
  }

  @Test("Boxes are told apart by their text; repeated ones merge and gather labels")
  func identity() throws {
    let list = try read(
      "v,902,0.1,0,1,1,3,.9\nv,0902,0.100,0,1,1,4,.8\nv,902,0.1,0,1,1,,.7\nv,903,0.1,0,1,1,5,.7\n",
      "v,902,0.1,0,1,1,6,.6\n")
    let frames = list.keyFrames(of: "v")
    #expect(frames.map(\.time.wholeSecond) == [902, 903])
    #expect(frames.map(\.labels) == [[[3, -1, 6], [4]], [[5]]])
    #expect(frames.first?.scores == [0.9, 0.8])
    #expect(list.summary.repeatedBoxes == 2 && list.boxCount == 3 && list.keyFrameCount == 2)
  }

  @Test("Videos keep the order of their first kept row, key frames ascend, boxes keep theirs")
  func order() throws {
    let list = try read(
      "b,910,0,0,.1,1,,.9\na,905,0,0,.2,1,,.9\nb,903,0,0,.3,1,,.9\nb,910,0,0,.05,1,,.9\nc,903,0,0,1,1,,.1\n")
    #expect(list.videos.map(\.name) == ["b", "a"])
    #expect(list.keyFrames(of: "b").map(\.time.wholeSecond) == [903, 910])
    #expect(list.keyFrames(of: "b").last?.boxes.map(\.x2) == [0.1, 0.05])
    #expect(list.summary.videosWithoutBoxes == ["c"])
  }

  @Test("Rows of no use are counted and named")
  func uselessRows() throws {
    let list = try read(
      "v,902,0,0,1,1,,.9\nv,901,0,0,1,1,,.9\nv,1799,0,0,1,1,,.9\nw,902,0,0,1,1,,.9\nw,903,0,0,1,1,,.1\n",
      listed: ["v", "x"])
    #expect(list.summary.outsideRange == 2 && list.summary.secondsOutsideRange == [901, 1799])
    #expect(list.keyFramesBelowThreshold.isEmpty)
    #expect(list.summary.unlistedVideos == [.init(video: "w", rows: 2)] && list.summary.videosWithoutRows == ["x"])
    let notices = list.summary.notices(scoreThreshold: 0.5).joined(separator: "\n")
    for part in ["w (2 rows)", "valid range 902 to 1798", "901, 1799", "listed video without any row: x"] {
      #expect(notices.contains(part))
    }
  }

  @Test("Own videos take any time, decimals included")
  func anyTime() throws {
    let list = try read("v,12.5,0,0,1,1,,.9\nv,0,0,0,1,1,,.9\n", times: .any)
    #expect(list.keyFrames(of: "v").map(\.time.seconds) == [0, 12.5])
    let text = try failure("v,912.5,0,0,1,1,,.9\n") { _ = try ProposalList.read(paths: [$0], scoreThreshold: 0) }
    expectEssentials(text, ["line 1", "column 2 (second)", "whole second", "'912.5'"])
  }

  @Test("A malformed row is an error even where its score would drop it", arguments: badProposals)
  func badRow(_ bad: BadRow) throws {
    let text = try failure("v,902,0,0,1,1,,.9\n\(bad.row)\n") {
      _ = try ProposalList.read(paths: [$0], scoreThreshold: 0.5)
    }
    expectEssentials(text, ["reading the proposals", "rows.csv", "line 2"] + bad.essentials)
  }

  @Test("Boxes beyond the frame stay as they are and are counted")
  func beyondTheFrame() throws {
    let list = try read(
      "v,902,-0.012,0,.5,1.013,,.9\nv,902,-0.012,0,.5,1.013,4,.9\nv,902,0,0,1,1,,.9\nv,903,.9,.9,1.4,1.5,,.9\n"
        + "v,903,-.4,0,1,1,,.1\n")
    #expect(list.keyFrames(of: "v").flatMap { $0.boxes.map(\.x1) } == [-0.012, 0, 0.9])
    #expect(list.summary.beyondFrame == 2)
    let said = list.summary.notices(scoreThreshold: 0.5).joined(separator: "\n")
    #expect(said.contains("2 boxes reaching beyond the frame, the first at line 1 of"), "\(said)")
  }

  @Test("Which seconds are valid is said, with the shift that fits", arguments: secondsOutside)
  func validSeconds(_ second: Int, _ advice: String) throws {
    let list = try read("v,902,0,0,1,1,,.9\nv,\(second),0,0,1,1,,.9\n")
    let said = list.summary.notices(scoreThreshold: 0.5).joined(separator: "\n")
    #expect(said.contains("902 to 1798") && said.contains("first frame of a video is second 900: \(advice)"), "\(said)")
  }

  @Test("Scores that are no detector's are said", arguments: oddScores)
  func scores(_ rows: [String], _ threshold: Double, _ essentials: [String]) throws {
    let list = try read(rows.map { "v,902,0,0,1,1,\($0)\n" }.joined(), threshold: threshold)
    let said = list.summary.notices(scoreThreshold: threshold).filter {
      $0.contains("scores") || $0.contains("score of")
    }
    #expect(said.isEmpty == essentials.isEmpty, "\(said)")
    if !essentials.isEmpty { expectEssentials(said.joined(), essentials + ["AVA.DETECTION_SCORE_THRESH"]) }
  }

  @Test("Boxes of other tools are named by their format", arguments: foreignFiles)
  func otherTools(_ bad: BadRow) throws {
    let said = try failure(bad.row) { _ = try ProposalList.read(paths: [$0], scoreThreshold: 0) }
    expectEssentials(
      said, ["reading the proposals", "rows.csv", "write a row for each box: video, second"] + bad.essentials)
  }

  @Test("Why no row is left is told from the rows of the run's own videos")
  func losses() throws {
    let rows = "v,902,0,0,1,1,,.3\nv,903,0,0,1,1,,.42\nw,902,0,0,1,1,,.9\nw,903,0,0,1,1,,.9\nw,904,0,0,1,1,,.9\n"
    let low = try read(rows, threshold: 0.8, listed: ["v"]).summary
    #expect(low.mainLoss == .belowThreshold && low.thresholdAdvice.contains("no more than 0.42"))
    // As advised, a row is left.
    #expect(try read(rows, threshold: 0.42, listed: ["v"]).summary.mainLoss == nil)
    #expect(try read(rows, listed: ["x"]).summary.mainLoss == .otherVideos)
    #expect(try read("v,2,0,0,1,1,,.9\nw,902,0,0,1,1,,.9\n", listed: ["v"]).summary.mainLoss == .outsideRange)
  }

  @Test("Rows of videos that the user has not chosen are said only where one of the chosen has none")
  func chosenSubset() throws {
    let rows = "v,902,0,0,1,1,,.9\nw,902,0,0,1,1,,.9\n"
    func said(_ listed: [String]) throws -> String {
      try read(rows, listed: listed).summary.notices(scoreThreshold: 0.5, isChosenSubset: true).joined()
    }
    #expect(try said(["v"]).isEmpty)
    #expect(try said(["v", "u"]).contains("1 video not among those of this run: w (1 row)"))
  }

  @Test("Files without rows are an error")
  func empty() throws {
    let text = try failure("\n") { _ = try ProposalList.read(paths: [$0, $0], scoreThreshold: 0) }
    expectEssentials(text, ["rows of person boxes", "none", "rows.csv"])
  }
}

private let badProposals = [
  BadRow(row: "v,902,nan,0,1,1,,.1", essentials: ["column 3 (x1)", "'nan'"]),
  BadRow(row: "v,902,.5,0,.2,1,,.1", essentials: ["column 5 (x2)", "x1 = 0.5"]),
  BadRow(row: "v,902,0,.5,1,.2,,.9", essentials: ["column 6 (y2)", "y1 = 0.5"]),
  BadRow(
    row: "v,902,0,0,1.6,1,,.1", essentials: ["column 5 (x2)", "0 to 1", "'1.6'", "cut it off at the frame's edge"]),
  BadRow(row: "v,902,.1,.2,.6,1.6,,.9", essentials: ["column 6 (y2)", "only from -0.5 to 1.5"]),
  BadRow(row: "v,902,10,20,60,160,,.9", essentials: ["column 3 (x1)", "divide pixels"]),
  BadRow(row: "v,902,0,0,3,4,,.9", essentials: ["column 5 (x2)", "divide pixels"]),
  BadRow(row: "v,902,-.6,0,1,1,,.9", essentials: ["column 3 (x1)", "0 to 1"]),
  BadRow(row: "v,902,1.1,0,1.2,1,,.9", essentials: ["overlaps the frame", "x 1.1 to 1.2", "remove the row"]),
  BadRow(row: "v,902,0,-.3,1,-.1,,.9", essentials: ["overlaps the frame", "y -0.3 to -0.1"]),
  BadRow(row: "v,902,0,0,1,1,,", essentials: ["column 8 (score)", "nothing"]),
  BadRow(row: "v,902,0,0,1,1,,nan", essentials: ["column 8 (score)", "'nan'"]),
  BadRow(row: "v,902,0,0,1,1,x,.9", essentials: ["column 7 (action id)", "'x'"]),
  BadRow(row: "v,902,0,0,1,1,", essentials: ["8 columns", "found 7 columns"]),
  BadRow(row: "v,902,0,0,1,1,.9", essentials: ["8 columns", "found 7 columns"]),
  BadRow(row: "v,later,0,0,1,1,,.9", essentials: ["column 2 (second)", "'later'"]),
]

private let secondsOutside: [(Int, String)] = [
  (2, "add 900"), (898, "add 900"), (901, "leave these rows out"), (1799, "leave these rows out"),
  (27_060, "if these are frame numbers"),
]

private let oddScores: [(rows: [String], threshold: Double, essentials: [String])] = [
  ([",.9", ",.5"], 0.8, []), ([",1", ",.5"], 0.8, []), ([",1"], 0.8, []),
  (
    ["10,0", "12,1", "12,1"], 0.8,
    ["all 3 scores are whole numbers, 0 to 1", "person ids of a ground truth", "fall away"]
  ),
  ([",0", ",3"], 0.8, ["whole numbers, 0 to 3", "person ids, or percent", "divide percent by 100"]),
  ([",97", ",55"], 0.8, ["whole numbers, 55 to 97", "divide percent by 100"]),
  ([",97.5", ",55.1"], 0.8, ["2 scores of 2 above 1, up to 97.5", "divide them by 100", "None is below"]),
  ([",97.5", ",55.1"], 80, []), ([",250.5", ",0.5"], 0.8, ["up to 250.5", "give scores of 0 to 1"]),
  (Array(repeating: ",.9", count: 9), 0.8, []),
  (Array(repeating: ",1", count: 10), 0.8, ["all 10 scores are 1:", "None is below"]),
  (Array(repeating: ",.25", count: 10), 0.8, ["all 10 scores are 0.25", "All are below"]),
  (Array(repeating: "12,0", count: 10), 0.8, ["whole numbers, 0 to 0", "ground truth", "All are below"]),
]

private let foreignFiles = [
  BadRow(row: #"[{"video_id": "a,0902", "bbox":[1,2,3,4], "score": 0.9}]"#, essentials: ["AlphAction"]),
  BadRow(row: #"{"images": [], "annotations": [{"image_id":1,"bbox":[1,2,3,4]}]}"#, essentials: ["COCO", "left, top"]),
  BadRow(row: #"{"a": 1}"#, essentials: ["found JSON"]),
  BadRow(row: #"{"_via_settings": {}, "_via_img_metadata": {}}"#, essentials: ["VIA's JSON"]),
  BadRow(row: "1,-1,94.4,94.1,66.8,196.4,0.99,-1,-1,-1\n", essentials: ["MOTChallenge", "frame, track"]),
  BadRow(row: "0 0.5 0.5 0.2 0.3 0.9\n", essentials: ["YOLO", "centre x"]),
  BadRow(
    row: "<annotation>\n<object><bndbox><xmin>1</xmin></bndbox></object></annotation>\n",
    essentials: ["found Pascal VOC's XML", "xmin, ymin, xmax, ymax"]),
  BadRow(
    row: "<?xml version=\"1.0\"?>\n<annotations><track><box xtl=\"1\"/></track></annotations>\n",
    essentials: ["found CVAT's XML"]),
  BadRow(
    row: "frame,id,x,y,w,h,conf\n1,1,94,94,66,196,0.9\n",
    essentials: ["found tracks with the columns frame, id, x", "left + width", "by the frame rate"]),
  BadRow(
    row: "frame,id,bb_left,bb_top,bb_width,bb_height,conf,class\n1,1,94,94,66,196,0.9,1\n",
    essentials: ["found tracks with the columns frame, id", "left + width"]),
  BadRow(row: "1,1,94.4,94.1,66.8,196.4,0.99,1\n", essentials: ["MOTChallenge"]),
  BadRow(row: "# Exported using VIA\nmetadata_id,file_list,temporal_coordinates\n", essentials: ["VIA's CSV"]),
]
