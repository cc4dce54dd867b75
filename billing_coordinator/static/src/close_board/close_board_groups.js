import {_t} from "@web/core/l10n/translation";

/** What needs somebody first; what is done last. */
export const STATES = {
    suspended: {
        label: _t("Suspended"),
        hint: _t("Figures moved after it was signed: look at them and sign again"),
    },
    todo: {label: _t("To do")},
    prepared: {label: _t("Waits for review")},
    waiting: {label: _t("Waits for other tasks")},
    done: {label: _t("Done")},
};

function stateOf(task) {
    return task.is_done ? "done" : task.state;
}

function groupByState(tasks) {
    return Object.entries(STATES).map(([name, values]) => ({
        ...values,
        name,
        tasks: tasks.filter((task) => stateOf(task) === name),
    }));
}

/** By whose turn it is; what waits for other tasks comes after what can be done now. */
function groupByPerson(tasks, people) {
    const left = tasks
        .filter((task) => !task.is_done)
        .sort((one, other) => one.is_blocked - other.is_blocked);
    const groups = people.map(({person}) => ({
        name: person ? `person_${person.id}` : "anybody",
        label: person ? person.name : _t("Any accountant"),
        person,
        tasks: left.filter((task) => (task.turn_id || 0) === (person ? person.id : 0)),
    }));
    const done = tasks.filter((task) => task.is_done);
    return [...groups, {...STATES.done, name: "done", tasks: done}];
}

export function groupTasks(tasks, people, {grouping, personId}) {
    const wanted =
        personId === null
            ? tasks
            : tasks.filter((task) => !task.is_done && (task.turn_id || 0) === personId);
    const groups =
        grouping === "person" ? groupByPerson(wanted, people) : groupByState(wanted);
    return groups.filter((group) => group.tasks.length);
}
