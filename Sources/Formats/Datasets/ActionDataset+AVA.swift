extension ActionDataset {
  /// AVA actions: clips of fifteen minutes, of which the seconds 902 to 1798 are labelled, once each.
  public static let ava = ActionDataset(
    name: "AVA", clock: Clock(firstSecond: 900, framesPerSecond: 30), labelledSeconds: 902...1798,
    classNames: ClassNames(avaNames), scoredClasses: Set(1...avaNames.count).subtracting(avaUnscored),
    scoredLabelMap: "ava_action_list_v2.2_for_activitynet_2019.pbtxt",
    groups: [
      ActionGroup(name: "person_movement", title: "pose", ids: Int.min...14),
      ActionGroup(name: "object_manipulation", title: "person–object", ids: 15...63),
      ActionGroup(name: "person_interaction", title: "person–person", ids: 64...Int.max),
    ],
    hasYouTubeNames: true, overlapThreshold: 0.5)
}

/// The 20 classes that the challenge does not score, nor the label map of its 60.
private let avaUnscored: Set<Int> = [
  2, 16, 18, 19, 21, 23, 25, 31, 32, 33, 35, 39, 40, 42, 44, 50, 53, 55, 71, 75,
]

private let avaNames = [
  "bend/bow (at the waist)", "crawl", "crouch/kneel", "dance", "fall down", "get up", "jump/leap", "lie/sleep",
  "martial art", "run/jog", "sit", "stand", "swim", "walk", "answer phone", "brush teeth", "carry/hold (an object)",
  "catch (an object)", "chop", "climb (e.g., a mountain)", "clink glass", "close (e.g., a door, a box)", "cook",
  "cut", "dig", "dress/put on clothing", "drink", "drive (e.g., a car, a truck)", "eat", "enter", "exit", "extract",
  "fishing", "hit (an object)", "kick (an object)", "lift/pick up", "listen (e.g., to music)",
  "open (e.g., a window, a car door)", "paint", "play board game", "play musical instrument", "play with pets",
  "point to (an object)", "press", "pull (an object)", "push (an object)", "put down", "read",
  "ride (e.g., a bike, a car, a horse)", "row boat", "sail boat", "shoot", "shovel", "smoke", "stir",
  "take a photo", "text on/look at a cellphone", "throw", "touch (an object)", "turn (e.g., a screwdriver)",
  "watch (e.g., TV)", "work on a computer", "write", "fight/hit (a person)", "give/serve (an object) to (a person)",
  "grab (a person)", "hand clap", "hand shake", "hand wave", "hug (a person)", "kick (a person)", "kiss (a person)",
  "lift (a person)", "listen to (a person)", "play with kids", "push (another person)",
  "sing to (e.g., self, a person, a group)", "take (an object) from (a person)",
  "talk to (e.g., self, a person, a group)", "watch (a person)",
]
