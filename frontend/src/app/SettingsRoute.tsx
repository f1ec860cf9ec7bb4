import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findSection, SECTION_LABELS, SECTIONS } from '../features/settings/sections'
import { SettingsScreen } from '../features/settings/SettingsScreen'
import { EmptyNote } from '../shared/states/states'
import { visitorQuery } from './api/visitor'

/** The team's settings; the address says which part. */
export function SettingsRoute() {
    const { teamId, section: name } = useParams({ from: '/project/$teamId/settings/{-$section}' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const section = findSection(name)
    const organization = visitor.projects.find((each) => String(each.id) === teamId)?.organization
    const isAdministrator = visitor.organizations.some((each) => each.id === organization && each.is_administrator)
    return (
        <>
            <h1>Settings</h1>
            <nav className="settings-nav" aria-label="Settings">
                {SECTIONS.map((each) => (
                    <Link
                        key={each}
                        to="/project/$teamId/settings/{-$section}"
                        params={{ teamId, section: each }}
                        {...(each === section && { 'aria-current': 'page' as const })}
                    >
                        {SECTION_LABELS[each]}
                    </Link>
                ))}
            </nav>
            {section ? (
                <SettingsScreen
                    key={teamId}
                    section={section}
                    teamId={teamId}
                    isAdministrator={isAdministrator}
                    callHref={(uuid) => `/project/${teamId}/generations?call=${uuid}`}
                />
            ) : (
                <EmptyNote>There is no such part of the settings.</EmptyNote>
            )}
        </>
    )
}
