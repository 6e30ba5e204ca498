import TestSupport
import Testing

/// Calls that are wrong end with 64 before anything is done, and name the nearest word that is right.
struct UsageTests {
  @Test("synth: what cannot be drawn is a wrong call", arguments: ["videos 0", "videos -1", "seconds 3", "width 1"])
  func impossibleWorlds(words: String) {
    let parts = words.split(separator: " ").map(String.init)
    let output = Scratch()
    expectFailure(
      Program.run(["synth", "--output-dir", output.path, "--" + parts[0], parts[1]]), status: 64,
      ["must be from", "found \(parts[1])"], leaving: output)
    expectFailure(Program.run(["synth", "--output-dir", ""]), status: 64, ["--output-dir needs a folder"])
  }

  @Test(
    "synth: a list of videos has a range of its own, and no images",
    arguments: [
      (["--seconds", "6"], ["from 2 to 5", "found 6"]), (["--videos", "0"], ["from 1 to 9999", "found 0"]),
      (["--format", "both"], ["--dataset kinetics is a list of videos", "found --format both -> leave it away"]),
    ])
  func impossibleLists(_ words: [String], _ message: [String]) {
    let output = Scratch()
    let call = ["synth", "--dataset", "kinetics", "--output-dir", output.path]
    expectFailure(Program.run(call + words), status: 64, message, leaving: output)
  }

  @Test(
    "A mistyped command",
    arguments: [
      (["tset"], "test"), (["help", "tset"], "test"), (["evalaute", "--groundtruth", "x"], "evaluate"),
      (["Detect"], "detect"), (["bench", "roialgn"], "roialign"), (["help", "bench", "roi-align"], "roialign"),
    ])
  func command(words: [String], nearest: String) {
    expectFailure(Program.run(words), status: 64, ["there is no command '", "did you mean '\(nearest)'?"])
  }

  @Test("A command that is like none: all are named")
  func unlikeAny() {
    expectFailure(Program.run(["train-a-network"]), status: 64, ["one of test, detect, classify, evaluate"])
  }

  @Test(
    "A mistyped option",
    arguments: [
      (["--hlep"], "--help"), (["test", "--cgf", "x"], "--cfg"),
      (["test", "--cfg", "x", "--wieghts", "y"], "--weights"),
      (["test", "--cfg", "x", "--thread=2"], "--threads"), (["evaluate", "--grountruth", "x"], "--groundtruth"),
      (["evaluate", "--labelmaps", "x"], "--labelmap"), (["detect", "a.mp4", "--propsals", "x"], "--proposals"),
      (["detect", "a.mp4", "--output_dir", "x"], "--output-dir"), (["overlay", "--vidoe", "x"], "--video"),
      (["forward", "--clips", "x"], "--clip"), (["bench", "--plam"], "--plan"),
      (["bench", "clip", "--run", "3"], "--runs"), (["bench", "roialign", "--chanels", "3"], "--channels"),
      (["synth", "--output", "x"], "--output-dir"), (["frames", "x", "--frmat", "png"], "--format"),
      (["inspect", "--hep"], "--help"), (["classify", "a.mp4", "--overlay", "x"], "--overlay-video"),
    ])
  func option(words: [String], nearest: String) {
    expectFailure(Program.run(words), status: 64, ["unknown option '--", "did you mean '\(nearest)'?"])
  }

  @Test(
    "An option of another command",
    arguments: [
      (["test", "--cfg", "x", "--video-name", "a"], "'--video-name' is one of overlay"),
      (["inspect", "x", "--propozals", "0.5"], "'--proposals' is one of detect"),
    ])
  func otherCommands(words: [String], advice: String) {
    expectFailure(Program.run(words), status: 64, ["unknown option '--", "-> see the command's options (\(advice)"])
  }

  @Test(
    "Names that begin with a dash",
    arguments: [
      (
        ["detect", "-5KQ66.mp4", "--cfg", "x", "--proposals", "y", "--output-dir", "z"], "write ./-5KQ66.mp4, or put --"
      ),
      (["detect", "--cfg", "x", "--proposals", "y", "--output-dir", "z", "a.mp4", "-5KQ66.mp4"], "write ./-5KQ66.mp4"),
      (["inspect", "-5KQ66.mp4"], "write ./-5KQ66.mp4, or put -- before the names"),
      (["frames", "-5KQ66.mp4", "--output-dir", "x"], "write ./-5KQ66.mp4, or put -- before the names"),
      (["test", "--cfg", "x", "--weights", "-w.pyth"], "no value for '--weights': '-w.pyth' begins with a dash"),
      (["overlay", "--video", "-5KQ66.mp4", "--detections", "x", "--output-dir", "y"], "write --video=-5KQ66.mp4"),
    ])
  func dashes(words: [String], advice: String) {
    expectFailure(Program.run(words), status: 64, ["-> ", advice])
  }

  @Test(
    "After -- nothing is an option",
    arguments: [
      ["detect", "--cfg", "none.yaml", "--proposals", "y", "--output-dir", "z", "--", "-5KQ66.mp4", "--b.mp4"],
      [
        "detect", "--cfg", "none.yaml", "--proposals", "y", "--output-dir", "z", "a.mp4", "--", "-b.mp4", "NUM_GPUS",
        "1",
      ],
      ["test", "--cfg", "none.yaml", "--", "NUM_GPUS", "1"],
      ["forward", "--cfg", "none.yaml", "--clip", "x", "--output", "y", "--", "NUM_GPUS", "1"],
      ["bench", "clip", "--cfg", "none.yaml", "--", "NUM_GPUS", "1"],
    ])
  func doubleDash(words: [String]) { expectFailure(Program.run(words), ["'none.yaml' does not exist"]) }

  @Test("A video's name that begins with a dash is a value like any other")
  func dashedVideoName() {
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let call = ["overlay", "--video", video, "--video-name", "-5KQ66", "--detections", "none.csv", "--output-dir", "y"]
    expectFailure(Program.run(call), ["'none.csv' does not exist"])
  }

  @Test(
    "KEY=VALUE",
    arguments: [
      ["test", "--cfg", "x", "DETECTION.ALIGNED=True"],
      ["test", "--cfg", "x", "A", "1", "DETECTION.ALIGNED=True", "B"],
      ["detect", "a.mp4", "DETECTION.ALIGNED=True", "--cfg", "x", "--proposals", "y", "--output-dir", "z"],
    ])
  func assignments(words: [String]) {
    expectFailure(
      Program.run(words), status: 64, ["found 'DETECTION.ALIGNED=True' -> write DETECTION.ALIGNED True"])
  }

  @Test("A classification config in a run of AVA")
  func classificationConfig() {
    let (config, output) = (projectRoot + "/configs/Kinetics/c2/SLOWFAST_4x16_R50.yaml", Scratch())
    let detect = ["detect", "a.mp4", "--proposals", "p.csv", "--random-weights", "1", "--output-dir", output.path]
    let result = Program.run(detect + ["--cfg", config])
    expectFailure(
      result, ["is a classification config (TEST.DATASET '", "take one of configs/AVA"], leaving: output)
    #expect(!result.stderr.contains("DETECTION.ENABLE True"))
    expectFailure(
      Program.run(["test", "--random-weights", "1", "--cfg", config, "DETECTION.ENABLE", "True"]),
      ["boxes are tested on AVA's files -> set TEST.DATASET ava, or take one of configs/AVA"])
  }

  @Test(
    "Values and arguments that cannot be",
    arguments: [
      (["test"], "--cfg"), (["test", "--cfg"], "--cfg"), (["test", "--cfg", "x", "--threads", "0"], "--threads"),
      (["test", "--cfg", "x", "--threads", "many"], "--threads"),
      (["test", "--cfg", "x", "--kernels", "avx3"], "portable"),
      (["test", "--cfg", "x", "DATA.NUM_FRAMES"], "partner"),
      (["test", "--cfg", "x", "--opts", "A", "1", "B"], "'B'"),
      (["test", "--cfg", "x", "--weights", "y", "--random-weights", "1"], "exclude each other"),
      (["test", "--cfg", "x", "--random-weights", "-1"], "--random-weights"),
      (["test", "--cfg", "x", "--precision", "fp64"], "bf16"),
      (["test", "--cfg", "x", "--convolution", "fft"], "winogradSpace"),
      (["test", "--cfg", "x", "--convolution", "direct", "--measure-plan"], "exclude each other"),
      (["test", "--cfg", "x", "--tuned", "p", "--measure-plan"], "--tuned and --measure-plan exclude each other"),
      (
        ["test", "--cfg", "x", "--tuned", "p", "--convolution", "direct"],
        "--tuned and --convolution exclude each other"
      ),
      (["bench", "--bandwidth", "3"], "--bandwidth is of the machines of --cores -> give both"),
      (["tune", "--cfg", "x", "--tuned", "p"], "--tuned: all algorithms are measured"),
      (["tune", "--cfg", "x", "--convolution", "direct"], "--convolution: all algorithms are measured"),
      (["tune", "--cfg", "x", "--measure-plan"], "--measure-plan: all algorithms are measured"),
      (["tune", "--cfg", "x", "--runs", "0"], "--runs is 0"),
      (["evaluate", "--groundtruth", "x", "--detections", "y", "--labelmap", "z", "--protocol", "coco"], "mmaction2"),
      (["evaluate", "--groundtruth", "x", "--detections", "y", "--labelmap", "z", "--format", "xml"], "json"),
      (["detect", "--cfg", "x", "--proposals", "y", "--output-dir", "z"], "no video"),
      (["detect", "v.mp4", "--cfg", "x", "--proposals", "y", "--output-dir", "z", "--every", "0"], "--every"),
      (["detect", "v.mp4", "--cfg", "x", "--proposals", "y", "--output-dir", "z", "--every", "nan"], "--every"),
      (["detect", "v.mp4", "--cfg", "x", "--proposals", "y", "--output-dir", "z", "--top-k", "2"], "add --overlays"),
      (["overlay", "--detections", "x", "--output-dir", "y"], "--video"),
      (["overlay", "--video", "a", "--frames", "b", "--detections", "x", "--output-dir", "y"], "either"),
      (["overlay", "--video", "a", "--detections", "x", "--output-dir", "y", "--top-k", "0"], "--top-k"),
      (["frames", "v.mp4", "--output-dir", "x", "--fps", "-1"], "--fps"),
      (["frames", "v.mp4", "--output-dir", "x", "--format", "gif"], "png"), (["inspect"], "file"),
      (["inspect", "a", "b"], "'b'"), (["bench", "--size", "12"], "width x height"),
      (["bench", "--runs", "0"], "--runs"),
      (["bench", "roialign", "--channels", "0"], "--channels"), (["synth"], "--output-dir"),
    ])
  func value(words: [String], essential: String) {
    expectFailure(Program.run(words), status: 64, [essential])
  }

  @Test(
    "What comes with a later version says so by name",
    arguments: [
      (
        [
          "bench", "clip", "--cfg", projectRoot + "/configs/Kinetics/C2D_8x8_R50.yaml", "MODEL.MODEL_NAME", "PTVSwin",
          "MODEL.ARCH", "swin",
        ], "MODEL.MODEL_NAME 'PTVSwin' (given as KEY VALUE)"
      )
    ])
  func later(words: [String], name: String) {
    let result = Program.run(words)
    #expect(result.status == 1)
    #expect(result.stdout.isEmpty)
    #expect(result.stderr.contains(name) && result.stderr.contains("come with a later version"), "\(result.stderr)")
  }

  @Test("A network that cannot be built is said before what its data lack")
  func networksFirst() {
    let ratio = "DATA.IN_VAL_CROP_RATIO"
    let call = ["test", "--cfg", projectRoot + "/configs/ImageNet/RES_R50.yaml", "AUG.ENABLE", "True", ratio, "0.0"]
    expectFailure(Program.run(call), ["set \(ratio) 0.875"])
    let transformer = Program.run(call + ["MODEL.MODEL_NAME", "MViT", "MODEL.ARCH", "mvit", "MVIT.REV.ENABLE", "True"])
    expectFailure(transformer, ["a reversible network has no class token"])
    #expect(!transformer.stderr.contains("set \(ratio)"), "\(transformer.stderr)")
    for name in ["ContrastiveModel", "MaskMViT"] {
      let pretraining = Program.run(call + ["MODEL.MODEL_NAME", name, "MODEL.ARCH", "slow"])
      expectFailure(pretraining, ["MODEL.MODEL_NAME '\(name)'", "describes no test -> fine-tune the weights"])
      #expect(!pretraining.stderr.contains("later version"), "\(pretraining.stderr)")
    }
  }

  @Test(
    "An option and the key that it is short for: one of both",
    arguments: [
      (["test", "--cfg", "x", "--output-dir", "a", "OUTPUT_DIR", "b"], "--output-dir is short for OUTPUT_DIR"),
      (["train", "--cfg", "x", "--output-dir", "a", "OUTPUT_DIR", "b"], "--output-dir is short for OUTPUT_DIR"),
      (
        ["train", "--cfg", "x", "--weights", "a", "TRAIN.CHECKPOINT_FILE_PATH", "b"],
        "--weights is short for TRAIN.CHECKPOINT_FILE_PATH"
      ),
      (["test", "--cfg", "x", "--weights", "a", "TEST.CHECKPOINT_FILE_PATH", "b"], "--weights is short for TEST."),
      (["results", "x", "--labelmap", "a", "AVA.LABEL_MAP_FILE", "b"], "--labelmap is short for AVA.LABEL_MAP_FILE"),
      (
        ["detect", "v", "--cfg", "x", "--output-dir", "d", "--labelmap", "a", "AVA.LABEL_MAP_FILE", "b"],
        "--labelmap is short for AVA.LABEL_MAP_FILE"
      ),
      (["watch", "v", "--cfg", "x", "--labelmap", "a", "AVA.LABEL_MAP_FILE", "b"], "--labelmap is short for AVA."),
    ])
  func saidTwice(words: [String], message: String) {
    expectFailure(Program.run(words), status: 64, [message, ", and both are given -> give one of them"])
  }

  @Test(
    "A key that has no say beside the option that says it",
    arguments: [
      (["detect", "v", "--cfg", "x", "--output-dir", "a", "OUTPUT_DIR", "b"], "OUTPUT_DIR is what --output-dir says"),
      (
        ["visualize", "v", "--cfg", "x", "--output-dir", "a", "OUTPUT_DIR", "b"], "OUTPUT_DIR is what --output-dir says"
      ),
      (["results", "x", "--output-dir", "a", "OUTPUT_DIR", "b"], "OUTPUT_DIR is what --output-dir says"),
      (
        ["classify", "v", "--cfg", "x", "--labels", "a", "DEMO.LABEL_FILE_PATH", "b"],
        "DEMO.LABEL_FILE_PATH is what --labels says"
      ),
    ])
  func saidByAnOption(words: [String], message: String) {
    expectFailure(Program.run(words), status: 64, [message, " -> leave it out"])
  }
}
