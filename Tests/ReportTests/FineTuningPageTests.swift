import Report
import Testing

/// The page of a fine-tuning.
@Suite struct FineTuningPageTests {
  /// Names stay names, classes without ground truth have no number, pictures are inside.
  @Test func classesStandBeforeAndAfter() {
    let page = FineTuningPage(
      "Tuned", facts: ["a & b"], columns: ["before", "head"], means: [0.25, 0.5],
      classes: [
        FineTuningPage.Class(id: 1, name: "<b>wave</b>", count: 7, repeats: 1.5, precisions: [0.25, 0.5]),
        FineTuningPage.Class(id: 2, name: "sit", count: 0, repeats: nil, precisions: [nil, nil]),
      ],
      phases: [FineTuningPage.Phase("Training: head", facts: ["3 epochs."], curves: [1, 2, 3], description: "curves")]
    ).html
    for text in [
      "&lt;b&gt;wave&lt;/b&gt;", "a &amp; b", ">0.2500</span>", ">0.5000</span>", "1.5000", "mAP",
      "src=\"data:image/png;base64,AQID\"", "alt=\"curves\"", "slowfast finetune", "2 classes",
    ] { #expect(page.contains(text), "\(text)") }
    #expect(!page.contains("<b>wave") && page.contains("–"))
  }
}
