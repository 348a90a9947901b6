//! Who committed what and when: two years of work, then the weeks of the world.

use super::source::Edit;
use crate::plan::{DAY, HOUR, MINUTE, Plan, weekday};
use crate::random::Random;
use crate::shop::{Line, Service};

/// A person, and how long they worked here: days before the end of the world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    name: &'static str,
    address: &'static str,
    from: i64,
    until: i64,
}

impl Person {
    /// As Git writes it.
    pub(super) fn signature(&self) -> String {
        format!("{} <{}@shop.example>", self.name, self.address)
    }
}

/// Three of them have left: their last commits are more than ninety days old.
const PEOPLE: [Person; 8] = [
    Person { name: "Ilse Brandt", address: "ilse", from: 740, until: 0 },
    Person { name: "Kofi Mensah", address: "kofi", from: 740, until: 0 },
    Person { name: "Marek Dvorak", address: "marek", from: 740, until: 104 },
    Person { name: "Yuki Tanabe", address: "yuki", from: 600, until: 0 },
    Person { name: "Leila Haddad", address: "leila", from: 520, until: 0 },
    Person { name: "Sven Aaltonen", address: "sven", from: 740, until: 390 },
    Person { name: "Dana Petrescu", address: "dana", from: 330, until: 0 },
    Person { name: "Rui Almeida", address: "rui", from: 660, until: 210 },
];

/// Who left last, and left a change behind that nobody had merged.
const LEFT: Person = PEOPLE[2];

/// One commit.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) author: Person,
    pub(super) authored: i64,
    pub(super) committer: Person,
    pub(super) committed: i64,
    pub(super) message: String,
    pub(super) edits: Vec<Edit>,
}

/// The whole history, in order of time.
pub(super) fn of(plan: &Plan, shop: &[Service]) -> Vec<Commit> {
    let mut history =
        History { plan, shop, random: Random::new(plan.seed, "history"), commits: Vec::new(), number: 17 };
    history.first();
    history.functions();
    history.knobs();
    history.texts();
    history.deploys();
    history.cause();
    let mut commits = history.commits;
    commits.sort_by(|a, b| (a.committed, &a.message).cmp(&(b.committed, &b.message)));
    commits
}

struct History<'a> {
    plan: &'a Plan,
    shop: &'a [Service],
    random: Random,
    commits: Vec<Commit>,
    /// Of the last merge request.
    number: u32,
}

impl History<'_> {
    fn birth(&self) -> i64 {
        self.plan.end - 735 * DAY
    }

    /// A reviewed commit by someone who worked here then.
    fn reviewed(&mut self, at: i64, subject: &str, edits: Vec<Edit>) {
        let here: Vec<Person> = PEOPLE.into_iter().filter(|person| self.works(person, at)).collect();
        let author = *self.random.pick(&here);
        let others: Vec<Person> =
            here.into_iter().filter(|person| person.address != author.address).collect();
        let reviewer = *self.random.pick(&others);
        self.number += 1 + self.random.below(3) as u32;
        let mut message = format!("{subject} (#{})\n", self.number);
        // Most are reviewed; nobody is perfect.
        if self.random.chance(0.88) {
            message.push_str(&format!("\nReviewed-by: {}\n", reviewer.signature()));
        }
        self.commits.push(Commit { author, authored: at, committer: author, committed: at, message, edits });
    }

    fn works(&self, person: &Person, at: i64) -> bool {
        let days = (self.plan.end - at) / DAY;
        person.from >= days && days > person.until
    }

    /// A moment of work in the years before the world.
    fn some_day(&mut self, until: i64) -> i64 {
        let mut day = self.random.between(self.birth() / DAY + 2, until / DAY - 1) * DAY;
        while weekday(day) > 4 {
            day -= DAY;
        }
        day + self.random.between(8 * 60, 17 * 60) * MINUTE + self.random.between(0, 59)
    }

    fn first(&mut self) {
        let mut edits = vec![
            Edit::Append {
                path: "README.md",
                line: "# The shop\n\nEight services and a repository.\n".to_owned(),
            },
            Edit::Append { path: "CODEOWNERS", line: "* @shop/platform".to_owned() },
        ];
        for (service, one) in self.shop.iter().enumerate() {
            edits.push(Edit::Append { path: "CODEOWNERS", line: format!("/{0}/ @shop/{0}", one.name) });
            for (file, _) in one.files.iter().enumerate().filter(|(_, file)| file.blocks.len() == 1) {
                edits.push(Edit::File { service, file });
            }
        }
        self.reviewed(self.birth(), "one repository for all services", edits);
    }

    /// Functions come one by one, in the order in which they stand in their file.
    fn functions(&mut self) {
        for service in 0..self.shop.len() {
            for file in 0..self.shop[service].files.len() {
                let blocks = &self.shop[service].files[file].blocks;
                let subjects: Vec<_> = (0..blocks.len())
                    .filter_map(|at| blocks[at].subject.map(|subject| (at, subject)))
                    .collect();
                let mut days: Vec<i64> =
                    subjects.iter().map(|_| self.some_day(self.plan.start - 60 * DAY)).collect();
                days.sort_unstable();
                for ((block, subject), at) in subjects.into_iter().zip(days) {
                    self.reviewed(at, subject, vec![Edit::Block { service, file, block }]);
                }
            }
        }
    }

    /// Settings are turned now and then, in the weeks of the world too, and mean nothing.
    fn knobs(&mut self) {
        for service in 0..self.shop.len() {
            let name = self.shop[service].name;
            for file in 0..self.shop[service].files.len() {
                let lines = &self.shop[service].files[file].blocks[0].lines;
                let knobs: Vec<_> = (0..lines.len())
                    .filter_map(|at| match &lines[at] {
                        Line::Knob { before, .. } => Some((at, *before)),
                        _ => None,
                    })
                    .collect();
                for (line, before) in knobs {
                    let what = before.trim().trim_end_matches([':', '=', ' ']).trim_matches('"').to_owned();
                    let what = what.split('"').next().unwrap_or(&what);
                    for _ in 0..2 {
                        let at = self.some_day(self.plan.start - DAY);
                        let subject = format!("{name}: turn {what}, numbers of last week");
                        self.reviewed(at, &subject, vec![Edit::Knob { service, file, line }]);
                    }
                    if self.random.chance(0.25) {
                        let at = self.some_day_of_the_world();
                        let subject = format!("{name}: {what} as measured");
                        self.reviewed(at, &subject, vec![Edit::Knob { service, file, line }]);
                    }
                }
            }
        }
    }

    fn some_day_of_the_world(&mut self) -> i64 {
        let days = (self.plan.end - self.plan.start) / DAY;
        let mut day = self.plan.start + self.random.between(1, days - 2) * DAY;
        while weekday(day) > 4 {
            day -= DAY;
        }
        day + self.random.between(8 * 60, 17 * 60) * MINUTE
    }

    fn texts(&mut self) {
        let subjects = [
            "docs: how to be on call",
            "docs: where the dashboards are",
            "docs: who to ask about parcels",
            "docs: names of the environments",
            "docs: the month-end job",
            "docs: after the spring campaign",
        ];
        for round in 0..3 {
            for subject in subjects {
                let at = if round == 2 && self.random.chance(0.5) {
                    self.some_day_of_the_world()
                } else {
                    self.some_day(self.plan.start)
                };
                let line = format!("- {} (part {})", subject.trim_start_matches("docs: "), round + 1);
                self.reviewed(at, subject, vec![Edit::Append { path: "docs/notes.md", line }]);
            }
        }
    }

    /// What deploys bring had been committed hours or a day before.
    fn deploys(&mut self) {
        for service in 0..self.shop.len() {
            let name = self.shop[service].name;
            for deploy in self.plan.services[service].deploys.clone() {
                if deploy.at < self.plan.start {
                    continue;
                }
                let at = deploy.at - self.random.between(2 * HOUR, 30 * HOUR);
                let mut edits: Vec<Edit> =
                    deploy.reveals.iter().map(|&statement| Edit::Reveal { service, statement }).collect();
                if deploy.renames {
                    edits.push(Edit::Rename { service });
                }
                if edits.is_empty() {
                    continue;
                }
                let subject =
                    *self.random.pick(&["say more", "small features", "what product asked for", "tidy up"]);
                self.reviewed(at, &format!("{name}: {subject}"), edits);
            }
        }
    }

    /// The edit behind the story. Where its author has left, the change had lain on a branch for months until somebody
    /// took it over as it was: author's date and name are old, the committer's are new, and nobody reviewed it.
    fn cause(&mut self) {
        let Some(story) = self.plan.story.clone() else { return };
        let Some(flag) = story.flag() else { return };
        let committed = story.onset - self.random.between(2 * HOUR, 9 * HOUR);
        let edits = vec![Edit::Flag { service: story.teller, flag }];
        let subject = story.cause_subject(self.shop);
        let has_left = story.tale == crate::Tale::TimeoutEdit;
        let here: Vec<Person> = PEOPLE.into_iter().filter(|person| self.works(person, committed)).collect();
        let committer = *self.random.pick(&here);
        let commit = if has_left {
            let authored = self.plan.end - (LEFT.until + 1) * DAY + 16 * HOUR;
            Commit { author: LEFT, authored, committer, committed, message: subject + "\n", edits }
        } else {
            Commit {
                author: committer,
                authored: committed,
                committer,
                committed,
                message: subject + "\n",
                edits,
            }
        };
        self.commits.push(commit);
    }
}
