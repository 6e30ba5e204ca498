import Configuration
import TestSupport
import Testing

/// Keys that PySlowFast does not have, and files that are not its configs.
@Suite struct UnknownKeyTests {
  @Test func allAreNamedAtOnce() {
    let text = failure(
      slow + "MYDATA:\n  A: 1\nAVA:\n  BGR: 3\n  TRAIN_SCENE: x\nDAT:\n  NUM_FRAMES: 4\nOTHER: {B: 2}\n")
    #expect(
      text == """
        config: there are no such keys:
                 MYDATA (line 4 of test.yaml)
                 AVA.TRAIN_SCENE (line 8 of test.yaml) -> did you mean AVA.TRAIN_LISTS?
                 DAT (line 9 of test.yaml) -> did you mean DATA?
                 OTHER (line 11 of test.yaml)
                 -> correct them, or delete them: nothing reads them
        """)
  }

  @Test func longListsAreBounded() {
    let text = failure(slow + (0..<100).map { "KEY_\($0): 1\n" }.joined())
    #expect(text.split(separator: "\n").count == 15 && text.contains("and 88 more"))
  }

  @Test func overridesToo() {
    let text = failure(slow, ["DATA.FRAMES", "8", "zzzzzzzzzzzzzzzz", "8", "DETECTION.ALIGNED=True", "x"])
    #expect(text.contains("DATA.FRAMES (given as KEY VALUE) -> did you mean DATA.NUM_FRAMES?\n"), "\(text)")
    #expect(text.contains("zzzzzzzzzzzzzzzz (given as KEY VALUE)\n"))
    #expect(text.contains("DETECTION.ALIGNED=True (given as KEY VALUE) -> write DETECTION.ALIGNED True\n"))
    #expect(failure(slow, ["DATA.NUM_FRAMES=8"]).contains("-> write DATA.NUM_FRAMES 8"))
    #expect(Configuration.assignment(in: "NUM_GPUS=a=b")! == ("NUM_GPUS", "a=b"))
    #expect(Configuration.assignment(in: "a=b") == nil && Configuration.assignment(in: "NUM_GPUS") == nil)
  }

  @Test(arguments: [
    (
      "BACKBONE2D: {YOLOv8: {ver: m}}\nBACKBONE3D: {A: 1}\nLOSS: x\n",
      "no key of test.yaml is PySlowFast's (BACKBONE2D, BACKBONE3D, LOSS): this looks like a config of YOWOv3 -> give a"
    ),
    ("evaluate: False\nresult_path: x\nmodel: {backbone: {arch: slowfast50}}\n", "a config of ACAR-Net -> give a"),
    (
      "MODEL: {META_ARCHITECTURE: GeneralizedRCNN, NUM_CLASSES: 4}\nSOLVER: {BASE_LR: 1}\n",
      "1 of 3 keys of test.yaml are not PySlowFast's (MODEL.META_ARCHITECTURE): this looks like a config of Detectron2"
    ),
    ("names: [a, b]\nnc: 2\npath: x\n", "no key of test.yaml is PySlowFast's (names, nc, path) -> give a config"),
    (
      "# MMAction2\n_base_ = ['../x.py']\nmodel = dict(\n    type='FastRCNN')\n",
      "line 2 of test.yaml: this is Python, as MMAction2's configs are, and no YAML -> give a config of PySlowFast"
    ),
    ("import torch\n", "line 1 of test.yaml: this is Python"),
  ])
  func configsOfOtherProgramsAreNamed(yaml: String, text: String) {
    #expect(failure(yaml).contains(text), "\(failure(yaml))")
    #expect(!failure(yaml).contains("delete"))
  }
}
