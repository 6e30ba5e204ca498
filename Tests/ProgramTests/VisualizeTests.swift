import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// `slowfast visualize`, through the built program.
struct VisualizeTests {
  private func visualize(_ arguments: [String]) -> Program.Result { Program.run(["visualize"] + arguments) }

  /// An own video: pictures, a film, arrays and the page; what is there stays.
  @Test func ownVideos() throws {
    let scratch = Scratch()
    let names = try scratch.file("names.json", "{\"a\": 0, \"<b>\": 1, \"c\": 2, \"d\": 3, \"e\": 4}")
    let folder = scratch.path + "/looks"
    let call =
      [ClassifyTests.video, "--output-dir", folder, "--at", "1.2", "--labels", names, "--class", "<b>", "--class", "3"]
      + ["--arrays", "--layer", "s4/pathway0_res5", "--activations", "s1/pathway0_stem 0,2", "--layer-weights"]
      + ["s1/pathway0_stem/conv"] + ClassifyTests.network
    let result = visualize(call)
    expectSuccess(result)
    let name = "ntsc.0000.934267"
    let heat = "\(name).class1.s4.pathway0_res5"
    #expect(
      Set(Scratch.files(below: folder))
        == Set(
          ["png", "mp4", "npy"].flatMap { ["\(heat).\($0)", "\(name).class3.s4.pathway0_res5.\($0)"] } + [
            "\(name).s1.pathway0_stem.channels.png", "\(name).s1.pathway0_stem.mean.png",
            "weights.s1.pathway0_stem.conv.png", "index.html",
          ]), "\(Scratch.files(below: folder))")
    let map = try Tensor(npy: "\(folder)/\(heat).npy")
    #expect(map.shape == [8, 32, 32] && map.array.max() == 1 && map.array.min() == 0)
    let page = String(decoding: try readFile(folder + "/index.html", doing: "testing"), as: UTF8.self)
    #expect(page.contains("&lt;b&gt; (0.") && page.contains("href=\"./\(heat).mp4\"") && !page.contains("<b>"))
    expectFailure(visualize(call), ["already -> add --overwrite"])
    expectSuccess(visualize(call + ["--overwrite"]))
  }

  /// AVA's key frames: somebody by somebody, each pathway with its frames.
  @Test func keyFrames() throws {
    let scratch = Scratch()
    let folder = scratch.path + "/looks"
    let result = visualize(
      ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", folder, "--limit", "1", "--no-films"]
        + ["--arrays"] + LittleWorld.tinyNetwork + LittleWorld.dataSet)
    expectSuccess(result)
    let files = Scratch.files(below: folder)
    let first = try #require(files.first { $0.contains(".person1.top1.s5.p0.npy") })
    let other = first.replacing(".p0.", with: ".p1.")
    #expect(try Tensor(npy: "\(folder)/\(first)").shape == [4, 64, 96])
    #expect(try Tensor(npy: "\(folder)/\(other)").shape == [16, 64, 96])
    #expect(!files.contains { $0.hasSuffix(".mp4") })
    let none = Scratch()
    expectFailure(
      visualize(
        ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", none.path + "/looks", "--class", "wak"]
          + LittleWorld.tinyNetwork + LittleWorld.dataSet),
      ["visualizing: the network has no class 'wak' -> did you mean 'walk'?"], leaving: none)
  }

  /// People's heat maps lie where their boxes do, in whatever order these are given.
  @Test func boxesOfAClip() throws {
    let scratch = Scratch()
    let noise = (0..<3 * 16 * 64 * 96).map { index -> Float in Float(index * index % 1009) / 504.5 - 1 }
    try Tensor([1, 3, 16, 64, 96], noise).writeNPY(scratch.path + "/clip.npy")
    let boxes: [[Float]] = [[0, 2, 2, 26, 62], [0, 70, 2, 94, 62]]
    /// The means of the columns under the heat, person by person.
    func centres(_ name: String, _ boxes: [[Float]]) throws -> [Float] {
      try Tensor([2, 5], boxes.flatMap(\.self)).writeNPY(scratch.path + "/\(name).npy")
      let folder = scratch.path + "/" + name
      let files = ["--clip", scratch.path + "/clip.npy", "--boxes", scratch.path + "/\(name).npy"]
      let result = visualize(
        ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", folder, "--no-films", "--arrays"] + files
          + ["--class", "walk"] + LittleWorld.tinyNetwork + LittleWorld.dataSet)
      expectSuccess(result)
      return try [1, 2].map { person -> Float in
        let end = ".person\(person).class13.s5.p1.npy"
        let file = try #require(Scratch.files(below: folder).first { $0.hasSuffix(end) })
        let heat = try Tensor(npy: "\(folder)/\(file)").array
        #expect(heat.max() == 1)
        let columns = heat.indices.map { index -> Float in heat[index] * Float(index % 96) }
        return columns.reduce(0, +) / heat.reduce(0, +)
      }
    }
    let found = try centres("inOrder", boxes)
    #expect(found[0] < 40 && found[1] > 56, "\(found)")
    #expect(try centres("turned", boxes.reversed()) == found.reversed())
  }

  /// The guide's call for a class of AVA's; without its label file the message names one.
  @Test func classesOfAVA() throws {
    let page = try String(contentsOfFile: projectRoot + "/docs/visualize.md", encoding: .utf8)
    let call = try #require(page.components(separatedBy: "slowfast visualize ").first { $0.contains("listen to") })
    let words = call.components(separatedBy: "--labels ")
    let file = try #require(words.last?.components(separatedBy: " ").first)
    let scratch = Scratch()
    try Tensor(zeros: [1, 3, 16, 64, 96]).writeNPY(scratch.path + "/clip.npy")
    try Tensor([1, 5], [0, 2, 2, 26, 62]).writeNPY(scratch.path + "/boxes.npy")
    let own =
      ["--clip", scratch.path + "/clip.npy", "--boxes", scratch.path + "/boxes.npy", "--class", "listen to (a person)"]
      + ["--cfg", LittleWorld.config, "--random-weights", "1", "--no-films"] + LittleWorld.tinyNetwork
      + LittleWorld.dataSet + ["MODEL.NUM_CLASSES", "80"]
    let folder = scratch.path + "/looks"
    expectSuccess(visualize(["--output-dir", folder, "--labels", projectRoot + "/" + file] + own))
    #expect(Scratch.files(below: folder).contains { $0.contains(".class73.") }, "\(Scratch.files(below: folder))")
    expectFailure(
      visualize(["--output-dir", scratch.path + "/none"] + own + ["AVA.LABEL_MAP_FILE", "none.pbtxt"]),
      [
        "no label file says which class is called 'listen to (a person)' -> give one with --labels "
          + "(annotations/ava_action_list_v2.2.pbtxt has AVA's), or a number below 81"
      ])
  }

  /// A list of videos: those alone that the network takes for something else.
  @Test func wrongPredictions() throws {
    let scratch = Scratch()
    try scratch.file("test.csv", (0..<5).map { "\(ClassifyTests.video) \($0)\n" }[0])
    let call = { (label: Int, output: String) -> [String] in
      try scratch.file("test.csv", "\(ClassifyTests.video) \(label)\n")
      return ["--output-dir", scratch.path + output, "--no-films", "--wrong", "--true-label"] + ClassifyTests.network
        + ["DATA.PATH_TO_DATA_DIR", scratch.path]
    }
    let pictures = try (0..<5).map { label -> [String] in
      expectSuccess(visualize(try call(label, "/\(label)")))
      return Scratch.files(below: scratch.path + "/\(label)").filter { $0 != "index.html" }
    }
    // Right with one of five labels. A list's video is shown by the clip in its middle, which no time stands for.
    #expect(pictures.count { $0 == ["ntsc.true.s4.p0.png"] } == 4 && pictures.contains([]), "\(pictures)")
  }

  @Test func layersAreListed() {
    let result = visualize(["--list-layers"] + ClassifyTests.network)
    expectSuccess(result)
    let rows = result.stdout.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains(["s1/pathway0_stem", "8", "8x8x8"]), "\(result.stdout)")
    #expect(rows.contains { $0.first == "s5/pathway0_res2/branch2/b_relu" })
  }

  @Test(arguments: [
    (["--layer", "s5/pathway0_rez2"], "no layer 's5/pathway0_rez2' -> did you mean s5.pathway0_res2?"),
    (
      ["--layer", "s5/pathway0_res2/branch2"],
      "no layer 's5/pathway0_res2/branch2' -> give one of the layers in it, such as"
    ),
    (["--colormap", "virids"], "found 'virids' -> did you mean 'viridis'?"),
    (["--class", "7"], "the network has no class '7' -> give a name of the label file, or a number below 5"),
    (
      ["--activations", "s1/pathway0_stem 9"],
      "asks for a channel that the layer does not have -> give numbers from 0 to 7"
    ),
    (
      ["--layer-weights", "s1/pathway0_stem/conf"],
      "no layer 's1/pathway0_stem/conf' -> did you mean s1.pathway0_stem.conv?"
    ),
    (["--proposals", "people.csv"], "leave --proposals out, or take one of configs/AVA"),
  ])
  func badCallsSayWhatToDo(_ options: [String], _ words: String) {
    let scratch = Scratch()
    let result = visualize(
      [ClassifyTests.video, "--output-dir", scratch.path + "/looks", "--limit", "1"] + options + ClassifyTests.network)
    expectFailure(result, [words], leaving: scratch)
  }

  @Test(arguments: [
    ([], "Missing expected argument '--output-dir <dir>'"),
    (["--output-dir", "x", "--opacity", "2"], "--opacity is 2.0 -> give 0 (frames alone) to 1"),
    (["--output-dir", "x", "--precision", "bf16"], "--precision: gradients are taken in fp32 -> leave it out"),
    (["--output-dir", "x", "--tuned", "p"], "--tuned: gradients are taken in fp32 -> leave it out"),
    (["--output-dir", "x", "--class", "a", "--top-k", "2"], "give one of them"),
    (["--output-dir", "x", "--clip", "a.npy", "--only", "a"], "leave out videos, --proposals, --at and --only"),
    (["--output-dir", "x", "--boxes", "a.npy"], "--boxes are in a clip of --clip -> give both"),
    (["--output-dir", "x", "--proposals", "a.csv"], "none is given -> name videos, or leave them out"),
  ])
  func wrongCallsAreRefused(_ options: [String], _ words: String) {
    expectFailure(visualize(options + ClassifyTests.network), status: 64, [words])
  }
}
