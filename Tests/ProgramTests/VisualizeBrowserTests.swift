import BrowserSupport
import TestSupport
import Testing

/// The page of `slowfast visualize` in a real browser.
@Suite(.enabled(if: Browser.path != nil, "Chromium is not installed")) struct VisualizeBrowserTests {
  @Test("Pictures that are wider than the page are moved in their own place, not the page", arguments: [390, 1200])
  func noWiderThanTheWindow(_ width: Int) throws {
    let scratch = Scratch()
    let folder = scratch.path + "/looks"
    let result = Program.run(
      ["visualize", ClassifyTests.video, "--output-dir", folder, "--at", "1.2", "--no-films", "--layer"]
        + ["s4/pathway0_res5", "--activations", "s5/pathway0_res2 0,1,2,3", "--layer-weights", "s1/pathway0_stem/conv"]
        + ClassifyTests.network + ["DATA.TEST_CROP_SIZE", "64"])
    expectSuccess(result)
    let browser = try Browser()
    try browser.resize(width: width, isPhone: width < 600)
    try browser.open(folder + "/index.html")
    let page = "document.documentElement"
    #expect(try browser.value("\(page).scrollWidth - \(page).clientWidth") as? Int == 0)
    let images = "[...document.images]"
    #expect(try browser.value("\(images).length") as? Int == 4)
    #expect(try browser.value("\(images).every((image) => image.clientWidth == image.naturalWidth)") as? Bool == true)
    #expect(try browser.value("\(images).every((image) => image.clientHeight == image.naturalHeight)") as? Bool == true)
    // Nobody takes a caption for that of the next picture.
    let gap = """
      [...document.querySelectorAll('figure')].every((figure) => {
        const next = figure.nextElementSibling;
        return !next || next.getBoundingClientRect().top - figure.getBoundingClientRect().bottom > 15;
      })
      """
    #expect(try browser.value(gap) as? Bool == true)
  }
}
